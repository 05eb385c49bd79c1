import { createRouter, createWebHistory, type RouteLocationNormalized } from "vue-router";
import { useAuth } from "./session/session.ts";

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/callback", name: "callback", meta: { open: true }, component: () => import("./pages/account/CallbackPage.vue") },
    { path: "/signed-out", name: "signed-out", meta: { open: true }, component: () => import("./pages/account/SignedOutPage.vue") },
    { path: "/gallery", name: "gallery", meta: { open: true }, component: () => import("./pages/gallery/GalleryPage.vue") },
    {
      path: "/",
      component: () => import("./shell/AppShell.vue"),
      children: [
        { path: "", name: "home", component: () => import("./pages/home/HomePage.vue") },
        { path: "participants", name: "participants", component: () => import("./pages/participants/ParticipantsPage.vue") },
        {
          path: "participants/:id",
          meta: { page: "participant" },
          component: () => import("./pages/participant/ParticipantPage.vue"),
          children: [
            { path: "", name: "participant", component: () => import("./pages/participant/OverviewPage.vue") },
            { path: "clinical", name: "clinical", component: () => import("./pages/participant/ClinicalDataPage.vue") },
            { path: "consent", name: "consent", component: () => import("./pages/participant/ConsentPage.vue") },
          ],
        },
        { path: "accounts", name: "accounts", component: () => import("./pages/accounts/AccountsPage.vue") },
        { path: "accounts/new", name: "new-account", meta: { page: "accounts" }, component: () => import("./pages/accounts/NewAccountPage.vue") },
        { path: "accounts/:id", name: "account", meta: { page: "accounts" }, component: () => import("./pages/accounts/AccountPage.vue") },
        { path: "audit", name: "audit", component: () => import("./pages/audit/TrailPage.vue") },
        { path: "audit/proof", name: "proof", meta: { page: "audit" }, component: () => import("./pages/audit/ProofPage.vue") },
        { path: "inbox", name: "inbox", component: () => import("./pages/inbox/InboxPage.vue") },
        { path: ":rest(.*)*", name: "nowhere", component: () => import("./pages/NotFoundPage.vue") },
      ],
    },
  ],
});

router.beforeEach(async (to: RouteLocationNormalized) => {
  if (to.meta.open) return true;
  try {
    if (await useAuth().signedIn()) return true;
    await useAuth().signIn(to.fullPath);
    return false;
  } catch {
    return { name: "signed-out", query: { reason: "unreachable", to: to.fullPath } };
  }
});
