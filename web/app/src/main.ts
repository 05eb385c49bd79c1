import "@smartbear/shared/theme/fonts.css";
import "quasar/dist/quasar.css";
import "@smartbear/shared/theme/tokens.css";
import "@smartbear/shared/theme/base.css";
import "./app.css";
import { createPlatformI18n, preferredLanguage, showLanguage } from "@smartbear/shared/i18n/i18n.ts";
import { preferredTheme, showTheme } from "@smartbear/shared/theme/theme.ts";
import { Dark, Quasar } from "quasar";
import { createApp } from "vue";
import App from "./App.vue";
import { catalogue } from "./language.ts";
import english from "./locales/en.json";
import { router } from "./router.ts";
import { preferredSize, showSize } from "./session/size.ts";

const i18n = createPlatformI18n(english);
const app = createApp(App).use(Quasar, { plugins: { Dark } }).use(i18n).use(router);
showTheme(preferredTheme());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => showTheme(preferredTheme()));
showSize(preferredSize());
// A language that cannot be loaded must not keep anybody out: the words are English then.
await showLanguage(i18n, preferredLanguage(), catalogue).catch(() => undefined);
app.mount("#app");
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register("/app/service-worker.js", { scope: "/app/" });
}
