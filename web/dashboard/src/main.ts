import "@smartbear/shared/theme/fonts.css";
import "quasar/dist/quasar.css";
import "@smartbear/shared/theme/tokens.css";
import "@smartbear/shared/theme/base.css";
import { Quasar } from "quasar";
import { createApp } from "vue";
import App from "./App.vue";

createApp(App).use(Quasar, {}).mount("#app");
