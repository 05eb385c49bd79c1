import { cpSync } from "node:fs";
import { quasar } from "@quasar/vite-plugin";
import vue from "@vitejs/plugin-vue";
import type { Plugin, UserConfig } from "vite";

/** What is drawn rather than run, and so not among the licences of the scripts. */
const DRAWN = ["@fontsource-variable/source-sans-3", "@fontsource-variable/literata", "@phosphor-icons/core"];

const MODULES = `${import.meta.dirname}/../../node_modules`;

/** Ships the licences of fonts and icons with them. */
function licences(): Plugin {
  let folder = "";
  return {
    name: "licences",
    apply: "build",
    configResolved: (config) => void (folder = `${config.root}/${config.build.outDir}/licences`),
    closeBundle: () => DRAWN.forEach((name) =>
      cpSync(`${MODULES}/${name}/LICENSE`, `${folder}/${name.replace(/^@/, "").replace("/", "-")}.txt`)),
  };
}

/**
 * What both applications build with. Nothing is inlined, so that the content security policy needs neither
 * `data:` nor `unsafe-inline` for scripts; Vue I18n compiles its messages without `eval`.
 */
export function webConfig(base: string): UserConfig {
  return {
    base,
    plugins: [vue(), quasar({ sassVariables: false }), licences()],
    define: {
      __VUE_I18N_FULL_INSTALL__: false,
      __VUE_I18N_LEGACY_API__: false,
      __INTLIFY_PROD_DEVTOOLS__: false,
    },
    build: {
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      license: { fileName: "licences/scripts.md" },
      chunkSizeWarningLimit: 700,
    },
  };
}
