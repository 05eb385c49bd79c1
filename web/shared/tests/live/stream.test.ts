import { expect, test, vi } from "vitest";
import { ApiClient } from "../../src/api/client.ts";
import { follow, waitBefore } from "../../src/live/stream.ts";

test("waiting doubles up to half a minute and is spread by chance", () => {
  expect([0, 1, 2].map((attempt) => waitBefore(attempt, 0))).toEqual([500, 1000, 2000]);
  expect(waitBefore(30, 0.999)).toBeLessThan(30_000);
  expect(waitBefore(30, 0)).toBe(15_000);
});

test("a broken stream goes on after the event it heard last", async () => {
  vi.useFakeTimers();
  const stop = new AbortController();
  const asked: (string | null)[] = [];
  const heard: string[] = [];
  const lives: boolean[] = [];
  vi.stubGlobal("fetch", async (_path: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get("last-event-id"));
    if (asked.length === 3) stop.abort();
    return new Response(`id: ${asked.length}\ndata: told\n\n`, { headers: { "content-type": "text/event-stream" } });
  });
  const api = new ApiClient({ token: async () => "t", expired: () => undefined });
  const following = follow(api, "/s", { event: (event) => heard.push(event.id ?? ""), live: (live) => lives.push(live) }, stop.signal);
  await vi.advanceTimersByTimeAsync(10_000);
  await following;
  expect(asked).toEqual([null, "1", "2"]);
  expect(heard.slice(0, 2)).toEqual(["1", "2"]);
  expect(lives.slice(0, 3)).toEqual([true, false, true]);
  expect(lives.at(-1)).toBe(false);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("whoever may not listen is not asked again", async () => {
  const fetch = vi.fn(async () => new Response("", { status: 403 }));
  vi.stubGlobal("fetch", fetch);
  const api = new ApiClient({ token: async () => "t", expired: () => undefined });
  await follow(api, "/s", { event: () => undefined, live: () => undefined }, new AbortController().signal);
  expect(fetch).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});
