import { afterEach, expect, test, vi } from "vitest";
import { ApiClient, queryString, type Session } from "../../src/api/client.ts";
import { ApiError, OfflineError } from "../../src/api/errors.ts";

const session = { token: async () => "secret", expired: vi.fn() } satisfies Session;
const client = new ApiClient(session);
const json = (status: number, body: unknown, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": type } });

function answer(response: Response | Error) {
  const fetch = vi.fn(async () => {
    if (response instanceof Error) throw response;
    return response;
  });
  vi.stubGlobal("fetch", fetch);
  return () => new Headers((fetch.mock.calls[0] as unknown as [string, RequestInit])[1].headers);
}

afterEach(() => {
  vi.unstubAllGlobals();
  session.expired.mockClear();
});

const failure = () => client.get("/api/x").then(() => Promise.reject(new Error("did not fail")), (reason: unknown) => reason as ApiError);

test("the token goes with every request", async () => {
  const sent = answer(json(200, { ok: true }));
  await expect(client.get("/api/me")).resolves.toEqual({ ok: true });
  expect(sent().get("authorization")).toBe("Bearer secret");
});

test("a key makes a POST one that may be repeated", async () => {
  const sent = answer(json(201, {}));
  await client.post("/api/measurements", {}, { idempotencyKey: "k-1" });
  expect(sent().get("idempotency-key")).toBe("k-1");
});

test("problem details become an error that knows its field", async () => {
  const problem = { code: "bad_input", detail: "Not so.", errors: [{ path: "readings[0].unit", code: "unknown_unit", message: "Use mm[Hg]." }], request_id: "r" };
  answer(json(422, problem, "application/problem+json"));
  const error = await failure();
  expect(error).toBeInstanceOf(ApiError);
  expect([error.status, error.code, error.message, error.requestId]).toEqual([422, "bad_input", "Not so.", "r"]);
  expect(error.faultOf("readings[0].unit")).toBe("Use mm[Hg].");
  expect(error.faultOf("other")).toBeNull();
});

test("an error page of something in between is not shown to anybody", async () => {
  answer(new Response("<html>proxy</html>", { status: 502, headers: { "content-type": "text/html" } }));
  const error = await failure();
  expect([error.code, error.detail]).toEqual(["http_502", ""]);
});

test("no answer at all means offline", async () => {
  answer(new TypeError("Failed to fetch"));
  await expect(client.get("/api/x")).rejects.toBeInstanceOf(OfflineError);
});

test("a refused token ends the session", async () => {
  answer(json(401, { code: "unauthenticated" }, "application/problem+json"));
  await client.get("/api/x").catch(() => undefined);
  expect(session.expired).toHaveBeenCalledOnce();
});

test("empty parameters are left out of an address and zero is not empty", () => {
  expect(queryString({ a: "", b: null, c: undefined, d: 0, e: "x y" })).toBe("?d=0&e=x+y");
  expect(queryString({})).toBe("");
});
