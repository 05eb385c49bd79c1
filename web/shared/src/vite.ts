import { quasar } from "@quasar/vite-plugin";
import vue from "@vitejs/plugin-vue";
import type { UserConfig } from "vite";

/**
 * What both applications build with. Nothing is inlined, so that the content security policy needs neither
 * `data:` nor `unsafe-inline` for scripts; Vue I18n compiles its messages without `eval`.
 */
export function webConfig(base: string): UserConfig {
  return {
    base,
    plugins: [vue(), quasar({ sassVariables: false })],
    define: {
      __VUE_I18N_FULL_INSTALL__: false,
      __VUE_I18N_LEGACY_API__: false,
      __INTLIFY_PROD_DEVTOOLS__: false,
    },
    build: {
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 700,
    },
  };
}
