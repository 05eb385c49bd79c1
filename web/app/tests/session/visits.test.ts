import type { SeenEvent, Who } from "@smartbear/shared/api/seen.ts";
import { describe, expect, test } from "vitest";
import { deedOf, PAUSE, visitsByDay } from "../../src/session/visits.ts";

const CLINICIAN: Who = { role: "CCM", name: "test_clinician", organisation: "Clinic One", client: "", project: "", is_you: false };
const PROJECT: Who = { role: "system", name: "", organisation: "", client: "holobalance", project: "balance", is_you: false };
const NOON = new Date(2026, 10, 22, 12, 0).getTime();

/** An event so many minutes after noon. */
function event(minute: number, change: Partial<SeenEvent> = {}): SeenEvent {
  return {
    id: `at ${minute}`, at: new Date(NOON + minute * 60_000).toISOString(), action: "R", subtype: "read", status: 200,
    purpose: "TREAT", source: "cdr", who: CLINICIAN, what: [{ kind: "profile", entities: [] }], more: 0, ...change,
  };
}

/** The newest first, as the platform sends them. */
const seen = (...events: SeenEvent[]) => visitsByDay([...events].reverse());
const readings = (...ids: number[]) => [{ kind: "readings" as const, entities: ids.map((id) => `Observation/${id}`) }];

test("nothing makes no days", () => {
  expect(visitsByDay([])).toEqual([]);
});

test("many looks of one person are one visit with its beginning and end", () => {
  const [day] = seen(event(0, { what: readings(1, 2) }), event(3, { what: readings(2, 3) }), event(5));
  expect(day?.visits).toEqual([{
    key: "at 5", who: CLINICIAN, why: "TREAT", from: event(0).at, until: event(5).at,
    deeds: [{ deed: "looked", things: [{ kind: "profile", number: null, more: false }, { kind: "readings", number: 3, more: false }] }],
  }]);
});

test("somebody in between does not end a visit", () => {
  const [day] = seen(event(0), event(1, { who: PROJECT }), event(2));
  expect(day?.visits.map(({ who }) => who.role)).toEqual(["CCM", "system"]);
});

test("who comes again after half an hour comes anew", () => {
  const long = PAUSE / 60_000;
  expect(seen(event(0), event(long))[0]?.visits).toHaveLength(1);
  expect(seen(event(0), event(long + 1))[0]?.visits).toHaveLength(2);
});

test("the same person for another reason is another visit", () => {
  expect(seen(event(0), event(1, { purpose: "HCOMPL" }))[0]?.visits).toHaveLength(2);
});

test("a visit ends with the day, and the newest day comes first", () => {
  const days = seen(event(11 * 60 + 50), event(12 * 60 + 5));
  expect(days.map(({ day }) => day.getDate())).toEqual([23, 22]);
});

test("a whole day is one line where no pause counts", () => {
  const events = [event(0), event(300)].reverse();
  expect(visitsByDay(events, Infinity)[0]?.visits).toHaveLength(1);
});

test("every event is in exactly one visit", () => {
  const events = Array.from({ length: 60 }, (_none, index) => event(index * 17, { who: index % 3 ? CLINICIAN : PROJECT, what: readings(index) }));
  const counted = seen(...events).flatMap(({ visits }) => visits).flatMap(({ deeds }) => deeds).flatMap(({ things }) => things);
  expect(counted.reduce((sum, { number }) => sum + (number ?? 0), 0)).toBe(60);
});

describe("what was done", () => {
  test.each([
    [{ action: "R" }, "looked"], [{ action: "E", subtype: "search-type" }, "looked"], [{ action: "C" }, "entered"],
    [{ action: "U" }, "changed"], [{ action: "D" }, "removed"], [{ action: "E", subtype: "$export" }, "copied"],
    [{ action: "E", subtype: "bundle" }, "entered"], [{ subtype: "notification" }, "told"],
    [{ status: 403 }, "refused"], [{ status: 404, action: "U" }, "refused"], [{ status: 422 }, "failed"], [{ status: 503 }, "failed"],
    [{ what: [{ kind: "identity", entities: [] }] }, "identified"], [{ what: [{ kind: "account", entities: [] }] }, "used"],
  ] as [Partial<SeenEvent>, string][])("of %j is «%s»", (change, deed) => {
    expect(deedOf(event(0, change))).toBe(deed);
  });

  test("comes in order, and being turned away comes first", () => {
    const [day] = seen(event(0), event(1, { action: "C" }), event(2, { status: 404 }));
    expect(day?.visits[0]?.deeds.map(({ deed }) => deed)).toEqual(["refused", "looked", "entered"]);
  });
});

describe("how many", () => {
  const thing = (...events: SeenEvent[]) => seen(...events)[0]?.visits[0]?.deeds[0]?.things;

  test("is not said where one look did not count", () => {
    expect(thing(event(0, { what: readings(1) }), event(1, { what: readings() }))).toEqual([{ kind: "readings", number: null, more: false }]);
  });

  test("is not said of a batch, which holds many", () => {
    expect(thing(event(0, { what: [{ kind: "readings", entities: ["Batch/1"] }] }))?.[0]?.number).toBeNull();
  });

  test("says that there were more than are listed", () => {
    expect(thing(event(0, { what: readings(1), more: 7 }))).toEqual([{ kind: "readings", number: 1, more: true }]);
  });

  test("counts readings of one measure among those of all", () => {
    const pressure = [{ kind: "blood_pressure" as const, entities: ["Observation/9"] }];
    expect(thing(event(0, { what: readings(1) }), event(1, { what: pressure }))).toEqual([{ kind: "readings", number: 2, more: false }]);
  });
});
