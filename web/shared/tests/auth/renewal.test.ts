import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OfflineError } from "../../src/api/errors.ts";
import { Auth } from "../../src/auth/auth.ts";

const ORIGIN = "https://platform.test";
const REALM = `${ORIGIN}/realms/smartbear`;
const KEPT = `oidc.user:${REALM}:mobile`;
const discovery = { issuer: REALM, token_endpoint: `${REALM}/protocol/openid-connect/token` };

/** As much of a tab's storage as keeps a sign-in. */
class TabStorage {
  private readonly items = new Map<string, string>();
  get length(): number { return this.items.size; }
  key = (index: number) => [...this.items.keys()][index] ?? null;
  getItem = (name: string) => this.items.get(name) ?? null;
  setItem = (name: string, value: string) => void this.items.set(name, value);
  removeItem = (name: string) => void this.items.delete(name);
}

function json(status: number, body: unknown, type = "application/json"): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
}

/** The realm: its discovery document, and one answer at the token endpoint. */
function realmAnswering(answer: () => Response): void {
  vi.stubGlobal("fetch", async (address: string | URL) => (String(address).includes(".well-known") ? json(200, discovery) : answer()));
}

beforeEach(() => {
  vi.stubGlobal("location", { origin: ORIGIN });
  vi.stubGlobal("sessionStorage", new TabStorage());
  const profile = { sub: "a-1", iss: REALM, aud: "mobile", exp: 1, iat: 1 };
  sessionStorage.setItem(KEPT, JSON.stringify({ access_token: "old", refresh_token: "r", token_type: "Bearer", scope: "openid", profile, expires_at: 1 }));
});
afterEach(() => vi.unstubAllGlobals());

test.each([
  ["no connection", () => { throw new TypeError("Failed to fetch"); }],
  ["a platform that is starting", () => json(503, { code: "unavailable" }, "application/problem+json")],
])("%s at the renewal leaves the person signed in", async (_what, answer) => {
  realmAnswering(answer);
  await expect(new Auth("mobile", () => undefined).token()).rejects.toThrow(OfflineError);
  expect(sessionStorage.getItem(KEPT)).not.toBeNull();
});

test("a refresh token that the realm no longer takes ends the sign-in", async () => {
  realmAnswering(() => json(400, { error: "invalid_grant" }));
  expect(await new Auth("mobile", () => undefined).token()).toBeNull();
  expect(sessionStorage.getItem(KEPT)).toBeNull();
});
