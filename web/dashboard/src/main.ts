import "@smartbear/shared/theme/fonts.css";
import "quasar/dist/quasar.css";
import "@smartbear/shared/theme/tokens.css";
import "@smartbear/shared/theme/base.css";
import "./shell/page.css";
import { createPlatformI18n, preferredLanguage, showLanguage } from "@smartbear/shared/i18n/i18n.ts";
import { preferredTheme, showTheme } from "@smartbear/shared/theme/theme.ts";
import { Dark, Quasar } from "quasar";
import { createApp } from "vue";
import { RouterView } from "vue-router";
import english from "./locales/en.json";
import { router } from "./router.ts";
import { catalogue } from "./language.ts";

const i18n = createPlatformI18n(english);
const app = createApp(RouterView).use(Quasar, { plugins: { Dark } }).use(i18n).use(router);
showTheme(preferredTheme());
await showLanguage(i18n, preferredLanguage(), catalogue);
app.mount("#app");
