// openid-client signs a person and two machines in, as it is published; Node's fetch plays the browser.
import assert from "node:assert/strict";
import * as oidc from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT, AFTER, USERNAME, PASSWORD, KEY_CLIENT_ID, KEY } = process.env;
const insecure = { execute: [oidc.allowInsecureRequests] }; // the test's server is on the loopback
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, insecure);

const cookies = new Map();
async function browse(url, options = {}) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(url, { ...options, redirect: "manual", headers: { ...options.headers, cookie } });
  for (const line of answer.headers.getSetCookie()) {
    const [name, value] = line.split(";")[0].split("=");
    cookies.set(name, value);
  }
  return answer;
}

const verifier = oidc.randomPKCECodeVerifier();
const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
const asked = oidc.buildAuthorizationUrl(config, {
  redirect_uri: REDIRECT,
  scope: "openid profile email offline_access",
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state: checks.expectedState,
  nonce: checks.expectedNonce,
});
const page = await (await browse(asked)).text();
const proof = page.match(/name="proof" value="([^"]+)"/)[1];
const form = new URLSearchParams({ proof, username: USERNAME, password: PASSWORD });
const back = await browse(asked, { method: "POST", body: form });
assert.equal(back.status, 303);

const tokens = await oidc.authorizationCodeGrant(config, new URL(back.headers.get("location")), checks);
const { sub } = tokens.claims();
const told = await oidc.fetchUserInfo(config, tokens.access_token, sub);
assert.equal(told.preferred_username, USERNAME);
const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
assert.equal(renewed.claims().sub, sub);
assert.equal((await oidc.tokenIntrospection(config, renewed.access_token)).active, true);
await oidc.tokenRevocation(config, renewed.refresh_token);
assert.equal((await oidc.tokenIntrospection(config, renewed.access_token)).active, false);
const end = oidc.buildEndSessionUrl(config, { id_token_hint: renewed.id_token, post_logout_redirect_uri: AFTER });
assert.equal((await browse(end)).headers.get("location"), AFTER);

const jwk = JSON.parse(KEY);
const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const machine = await oidc.discovery(
  new URL(ISSUER), KEY_CLIENT_ID, undefined, oidc.PrivateKeyJwt({ key, kid: jwk.kid }), insecure);
assert.equal((await oidc.clientCredentialsGrant(machine)).scope, "system/*.read");
