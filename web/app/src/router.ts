import { createRouter, createWebHistory } from "vue-router";
import CallbackPage from "./pages/CallbackPage.vue";
import ConsentPage from "./pages/ConsentPage.vue";
import EntryPage from "./pages/EntryPage.vue";
import HelpPage from "./pages/HelpPage.vue";
import MeasurePage from "./pages/MeasurePage.vue";
import MePage from "./pages/MePage.vue";
import MessagesPage from "./pages/MessagesPage.vue";
import ResultPage from "./pages/ResultPage.vue";
import SeenPage from "./pages/SeenPage.vue";
import SignedOutPage from "./pages/SignedOutPage.vue";
import TodayPage from "./pages/TodayPage.vue";
import UnreachablePage from "./pages/UnreachablePage.vue";
import { enter } from "./session/session.ts";

declare module "vue-router" {
  interface RouteMeta {
    /** The key of the page's name. */
    title: string;
    /** Shown to anybody, signed in or not. */
    open?: true;
  }
}

export const router = createRouter({
  history: createWebHistory("/app/"),
  scrollBehavior: ({ hash }) => (hash ? { el: hash } : { top: 0 }),
  routes: [
    { path: "/", name: "today", component: TodayPage, meta: { title: "app.today" } },
    { path: "/measure", name: "measure", component: MeasurePage, meta: { title: "app.measure" } },
    { path: "/measure/:measure", name: "entry", component: EntryPage, props: true, meta: { title: "entry.type_in" } },
    { path: "/result", name: "result", component: ResultPage, meta: { title: "result.your_reading" } },
    { path: "/messages", name: "messages", component: MessagesPage, meta: { title: "app.messages" } },
    { path: "/me", name: "me", component: MePage, meta: { title: "app.me" } },
    { path: "/consent", name: "consent", component: ConsentPage, meta: { title: "consent.title" } },
    { path: "/seen", name: "seen", component: SeenPage, meta: { title: "seen.title" } },
    { path: "/help", name: "help", component: HelpPage, meta: { title: "app.help" } },
    { path: "/callback", name: "callback", component: CallbackPage, meta: { title: "sign_in.busy", open: true } },
    { path: "/signed-out", name: "signed-out", component: SignedOutPage, meta: { title: "sign_in.out", open: true } },
    { path: "/unreachable", name: "unreachable", component: UnreachablePage, meta: { title: "message.offline_first", open: true } },
    { path: "/:unknown(.*)*", redirect: "/" },
  ],
});

router.beforeEach(async (to) => {
  const known = to.meta.open || (await enter(to.fullPath));
  return known === "unreachable" ? { name: "unreachable", query: { to: to.fullPath } } : known;
});
