import { ApiError, OfflineError } from "@smartbear/shared/api/errors.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { forgetAnswers, freshOrKept, lastAnswer } from "../../src/store/answers.ts";

/** As much of an object store as answers need. */
const { kept } = vi.hoisted(() => ({ kept: new Map<string, unknown>() }));

vi.mock("../../src/store/database.ts", () => {
  const store = {
    put: (value: unknown, name: string) => kept.set(name, structuredClone(value)),
    get: (name: string) => kept.get(name),
    clear: () => kept.clear(),
  };
  return { within: async (_name: string, _mode: string, work: (given: typeof store) => unknown) => work(store) };
});

const offline = () => Promise.reject(new OfflineError("no connection"));

beforeEach(() => {
  kept.clear();
  vi.useFakeTimers({ now: new Date("2026-11-22T09:00:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

test("a fresh answer is shown and kept with its time", async () => {
  const said = { value: { n: 1 }, at: "2026-11-22T09:00:00.000Z" };
  expect(await freshOrKept("today", async () => ({ n: 1 }))).toEqual({ ...said, fresh: true });
  expect(await lastAnswer("today")).toEqual({ ...said, fresh: false });
});

test("without a connection the last answer is shown and says how old it is", async () => {
  await freshOrKept("today", async () => ({ n: 1 }));
  vi.setSystemTime(new Date("2026-11-22T19:00:00Z"));
  expect(await freshOrKept("today", offline)).toEqual({ value: { n: 1 }, at: "2026-11-22T09:00:00.000Z", fresh: false });
});

test("without a connection and without an answer nothing is claimed", async () => {
  expect(await freshOrKept("today", offline)).toBeNull();
});

test.each([429, 500, 503])("trouble that passes, such as %i, does not hide the last answer", async (status) => {
  await freshOrKept("today", async () => ({ n: 1 }));
  const kept = await freshOrKept("today", () => Promise.reject(new ApiError(status, "", "")));
  expect(kept?.value).toEqual({ n: 1 });
});

test("a refusal of the platform is not covered up by an older answer", async () => {
  await freshOrKept("today", async () => ({ n: 1 }));
  const refused = () => Promise.reject(new ApiError(403, "forbidden", "Not yours."));
  await expect(freshOrKept("today", refused)).rejects.toBeInstanceOf(ApiError);
});

test("after signing out nothing that the platform said is left", async () => {
  await freshOrKept("today", async () => ({ n: 1 }));
  await freshOrKept("me", async () => ({ account: "a" }));
  await forgetAnswers();
  expect(kept.size).toBe(0);
});
