import { createRouter, createWebHistory } from "vue-router";
import CallbackPage from "./pages/CallbackPage.vue";
import EntryPage from "./pages/EntryPage.vue";
import MeasurePage from "./pages/MeasurePage.vue";
import MePage from "./pages/MePage.vue";
import MessagesPage from "./pages/MessagesPage.vue";
import ResultPage from "./pages/ResultPage.vue";
import SignedOutPage from "./pages/SignedOutPage.vue";
import TodayPage from "./pages/TodayPage.vue";
import { enter } from "./session/session.ts";

export const router = createRouter({
  history: createWebHistory("/app/"),
  scrollBehavior: () => ({ top: 0 }),
  routes: [
    { path: "/", name: "today", component: TodayPage },
    { path: "/measure", name: "measure", component: MeasurePage },
    { path: "/measure/:measure", name: "entry", component: EntryPage, props: true },
    { path: "/result", name: "result", component: ResultPage },
    { path: "/messages", name: "messages", component: MessagesPage },
    { path: "/me", name: "me", component: MePage },
    { path: "/callback", name: "callback", component: CallbackPage, meta: { open: true } },
    { path: "/signed-out", name: "signed-out", component: SignedOutPage, meta: { open: true } },
    { path: "/:unknown(.*)*", redirect: "/" },
  ],
});

router.beforeEach(async (to) => (to.meta.open ? true : enter(to.fullPath)));
