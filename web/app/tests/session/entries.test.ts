import { afterEach, describe, expect, test } from "vitest";
import { asksAfter, faultsIn, minutesLeft, numberIn, readingOf, withOffset } from "../../src/session/entries.ts";

const NOON = new Date("2026-11-22T12:00:05Z");
const zone = process.env.TZ;

function inZone(name: string): void {
  process.env.TZ = name;
}

afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe("a number", () => {
  test.each([["120", 120], ["36,6", 36.6], ["36.6", 36.6], ["  82 ", 82]])("is read from «%s» as people type it", (text, value) => {
    expect(numberIn(text)).toBe(value);
  });

  test.each(["", "12o", "1.2.3", "1,2,3", "-5", "1e3", "0x10", "12 0", "Infinity"])("is not guessed from «%s»", (text) => {
    expect(numberIn(text)).toBeNaN();
  });
});

describe("an entry", () => {
  test("without faults has none", () => {
    expect(faultsIn("blood_pressure", { systolic: "128", diastolic: "76" })).toEqual({});
    expect(faultsIn("temperature", { temperature: "36,6" })).toEqual({});
  });

  test("names each field that is missing or no number", () => {
    expect(faultsIn("blood_pressure", {})).toEqual({ systolic: "missing", diastolic: "missing" });
    expect(faultsIn("blood_pressure", { systolic: "abc", diastolic: " " })).toEqual({ systolic: "not_a_number", diastolic: "missing" });
  });

  test("no living person can have is asked about", () => {
    expect(faultsIn("temperature", { temperature: "366" })).toEqual({ temperature: "implausible" });
    expect(faultsIn("oxygen", { oxygen: "101" })).toEqual({ oxygen: "implausible" });
    expect(faultsIn("heart_rate", { heart_rate: "19" })).toEqual({ heart_rate: "implausible" });
    expect(faultsIn("heart_rate", { heart_rate: "20" })).toEqual({});
  });

  test("with the lower number not below the upper one is asked about at the lower one", () => {
    expect(faultsIn("blood_pressure", { systolic: "76", diastolic: "128" })).toEqual({ diastolic: "crossed" });
    expect(faultsIn("blood_pressure", { systolic: "90", diastolic: "90" })).toEqual({ diastolic: "crossed" });
  });
});

describe("a reading", () => {
  test("of one value carries it itself", () => {
    inZone("UTC");
    expect(readingOf("weight", { weight: "72,4" }, "manual", NOON)).toEqual({
      code: "29463-7", value: 72.4, unit: "kg", measured_at: "2026-11-22T12:00:05+00:00", entry: "manual",
    });
  });

  test("of blood pressure carries two components and no value", () => {
    const reading = readingOf("blood_pressure", { systolic: "128", diastolic: "76" }, "simulated", NOON);
    expect(reading.components).toEqual([
      { code: "8480-6", value: 128, unit: "mm[Hg]" }, { code: "8462-4", value: 76, unit: "mm[Hg]" },
    ]);
    expect(reading).not.toHaveProperty("value");
    expect(reading.entry).toBe("simulated");
  });
});

test.each([
  ["Europe/Athens", "2026-11-22T14:00:05+02:00"],
  ["Asia/Kathmandu", "2026-11-22T17:45:05+05:45"],
  ["America/St_Johns", "2026-11-22T08:30:05-03:30"],
  ["Pacific/Kiritimati", "2026-11-23T02:00:05+14:00"],
  ["Pacific/Marquesas", "2026-11-22T02:30:05-09:30"],
])("a moment in %s keeps the clock and offset of the place", (name, written) => {
  inZone(name);
  expect(withOffset(NOON)).toBe(written);
  expect(new Date(written).getTime()).toBe(NOON.getTime());
});

test("minutes left are counted up to whole ones and never fall below none", () => {
  const left = (deadline: string) => minutesLeft(deadline, NOON);
  expect(left("2026-11-22T12:10:05Z")).toBe(10);
  expect(left("2026-11-22T12:00:06Z")).toBe(1);
  expect(left("2026-11-22T12:00:05Z")).toBe(0);
  expect(left("2026-11-22T11:00:00Z")).toBe(0);
});

test("a repeat is asked for after the reading it names, in whatever offset, and after no other", () => {
  const notice = { readings: [{ reading_id: "r-1", systolic: 200, diastolic: 130, measured_at: "2026-11-22T09:07:00+02:00" }] };
  expect(asksAfter(notice, { measured_at: "2026-11-22T07:07:00Z" })).toBe(true);
  expect(asksAfter(notice, { measured_at: "2026-11-22T07:09:00Z" })).toBe(false);
});
