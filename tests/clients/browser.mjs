// oidc-client-ts, as it is published and as the platform's own pages use it; a map plays the browser's storage.
import assert from "node:assert/strict";
import { OidcClient } from "oidc-client-ts";

const { ISSUER, BROWSER_REDIRECT, USERNAME, PASSWORD } = process.env;
const kept = new Map();
const stateStore = {
  set: async (name, value) => void kept.set(name, value),
  get: async (name) => kept.get(name) ?? null,
  remove: async (name) => {
    const value = kept.get(name) ?? null;
    kept.delete(name);
    return value;
  },
  getAllKeys: async () => [...kept.keys()],
};
const client = new OidcClient({
  authority: ISSUER,
  client_id: "dashboard",
  redirect_uri: BROWSER_REDIRECT,
  scope: "openid profile offline_access",
  stateStore,
});

const { url } = await client.createSigninRequest({ state: "/inbox" });
const page = await fetch(url);
const cookie = page.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
const proof = (await page.text()).match(/name="proof" value="([^"]+)"/)[1];
const body = new URLSearchParams({ proof, username: USERNAME, password: PASSWORD });
const back = await fetch(url, { method: "POST", body, redirect: "manual", headers: { cookie } });
const answer = await client.processSigninResponse(back.headers.get("location"));
assert.equal(answer.profile.preferred_username, USERNAME);
assert.equal(answer.userState, "/inbox");

const renewed = await client.useRefreshToken({ state: answer, timeoutInSeconds: 10 });
assert.notEqual(renewed.refresh_token, answer.refresh_token);
await assert.rejects(client.useRefreshToken({ state: answer, timeoutInSeconds: 10 }), /invalid_grant|not good/);
