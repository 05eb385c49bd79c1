import { ApiError, OfflineError } from "@smartbear/shared/api/errors.ts";
import { describe, expect, test } from "vitest";
import { isFinal, Outbox, pauseBefore, type Send, type Shelf, type Waiting } from "../../src/store/outbox.ts";

class MemoryShelf implements Shelf {
  readonly batches = new Map<string, Waiting>();
  all = async () => [...this.batches.values()];
  put = async (batch: Waiting) => this.batches.set(batch.key, batch);
  remove = async (key: string) => this.batches.delete(key);
}

function batch(key: string, more: Partial<Waiting> = {}): Waiting {
  const readings = [{ code: "8867-4", value: 72, unit: "/min", measured_at: "2026-11-22T09:00:00+01:00", entry: "manual" as const }];
  return { key, account: "a-1", device: null, readings, savedAt: `2026-11-22T08:00:0${key.length}Z`, refused: null, ...more };
}

/** An outbox whose sender gives these answers in turn, then takes everything. */
function outboxAnswering(...answers: (Error | null)[]) {
  const shelf = new MemoryShelf();
  const sent: string[] = [];
  const send: Send = async ({ key }) => {
    sent.push(key);
    const answer = answers.shift();
    if (answer) throw answer;
  };
  return { shelf, sent, outbox: new Outbox(shelf, send) };
}

const offline = new OfflineError("no connection");
const refusal = new ApiError(422, "bad_input", "The unit is not known.");

describe("a reading", () => {
  test("is on the phone before it is sent", async () => {
    const shelf = new MemoryShelf();
    const held: number[] = [];
    const outbox = new Outbox(shelf, async () => held.push(shelf.batches.size));
    await outbox.add(batch("k"));
    await outbox.flush("a-1");
    expect(held).toEqual([1]);
    expect(shelf.batches.size).toBe(0);
  });

  test("stays on the phone without a connection and goes out with the same key later", async () => {
    const { outbox, sent, shelf } = outboxAnswering(offline);
    await outbox.add(batch("k"));
    expect(await outbox.flush("a-1")).toBe(false);
    expect(shelf.batches.get("k")?.refused).toBeNull();
    expect(await outbox.flush("a-1")).toBe(true);
    expect(sent).toEqual(["k", "k"]);
  });

  test("added while another is on its way goes out in the same attempt", async () => {
    const shelf = new MemoryShelf();
    const sent: string[] = [];
    const outbox: Outbox = new Outbox(shelf, async ({ key }) => {
      sent.push(key);
      if (key === "a") await outbox.add(batch("bb"));
    });
    await outbox.add(batch("a"));
    expect(await outbox.flush("a-1")).toBe(true);
    expect(sent).toEqual(["a", "bb"]);
  });

  test("of another account waits until that person signs in again", async () => {
    const { outbox, sent, shelf } = outboxAnswering();
    await outbox.add(batch("mine"));
    await outbox.add(batch("theirs", { account: "a-2" }));
    await outbox.flush("a-1");
    expect(sent).toEqual(["mine"]);
    expect([...shelf.batches.keys()]).toEqual(["theirs"]);
    expect(await outbox.waiting("a-1")).toEqual([]);
  });
});

describe("an attempt to send", () => {
  test("is shared by all who ask at the same time", async () => {
    const { outbox, sent } = outboxAnswering();
    await outbox.add(batch("k"));
    expect(await Promise.all([outbox.flush("a-1"), outbox.flush("a-1")])).toEqual([true, true]);
    expect(sent).toEqual(["k"]);
  });

  test("takes the oldest first, in whatever order the phone keeps them", async () => {
    const { outbox, sent } = outboxAnswering();
    for (const key of ["ccc", "a", "bb"]) await outbox.add(batch(key));
    await outbox.flush("a-1");
    expect(sent).toEqual(["a", "bb", "ccc"]);
  });

  test("ends at the first failure, so that nothing overtakes", async () => {
    const { outbox, sent } = outboxAnswering(offline);
    for (const key of ["a", "bb"]) await outbox.add(batch(key));
    await outbox.flush("a-1");
    expect(sent).toEqual(["a"]);
  });
});

describe("a reading the platform will not take", () => {
  test("is kept with the reason, and those behind it go on", async () => {
    const { outbox, sent } = outboxAnswering(refusal);
    for (const key of ["a", "bb"]) await outbox.add(batch(key));
    expect(await outbox.flush("a-1")).toBe(true);
    expect(sent).toEqual(["a", "bb"]);
    expect((await outbox.waiting("a-1")).map(({ key, refused }) => [key, refused])).toEqual([["a", "The unit is not known."]]);
  });

  test("is not sent again", async () => {
    const { outbox, sent } = outboxAnswering(refusal);
    await outbox.add(batch("a"));
    await outbox.flush("a-1");
    await outbox.flush("a-1");
    expect(sent).toEqual(["a"]);
  });

  test.each([400, 413, 422])("is known by status %i", (status) => {
    expect(isFinal(new ApiError(status, "", ""))).toBe(true);
  });

  test.each([401, 403, 404, 409, 429, 500, 503])("is not known by status %i, after which sending again may help", (status) => {
    expect(isFinal(new ApiError(status, "", ""))).toBe(false);
  });

  test("is not known by silence", () => {
    expect(isFinal(offline)).toBe(false);
    expect(isFinal(new TypeError("cannot read"))).toBe(false);
  });
});

test("the pauses between attempts double from two seconds and end at two minutes", () => {
  expect([0, 1, 2, 5, 6, 50].map(pauseBefore)).toEqual([2_000, 4_000, 8_000, 64_000, 120_000, 120_000]);
});
