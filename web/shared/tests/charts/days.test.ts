import { describe, expect, it } from "vitest";
import { dailyMiddle, gapsOf, median } from "../../src/charts/days.ts";
import { at, point } from "./fixtures.ts";

const WINDOW = { from: at("2026-11-01T00:00"), to: at("2026-11-11T00:00") };

describe("gaps", () => {
  it("span whole days between days that have readings", () => {
    const points = [point("2026-11-02T08:00", 1), point("2026-11-06T20:00", 1), point("2026-11-10T09:00", 1)];
    expect(gapsOf(points, WINDOW)).toEqual([
      { from: at("2026-11-03T00:00"), to: at("2026-11-06T00:00") },
      { from: at("2026-11-07T00:00"), to: at("2026-11-10T00:00") },
    ]);
  });

  it("are not marked for a single day", () => {
    expect(gapsOf([point("2026-11-09T08:00", 1), point("2026-11-10T08:00", 1)], WINDOW)).toEqual([]);
    const skipping = [point("2026-11-07T08:00", 1), point("2026-11-09T08:00", 1), point("2026-11-10T08:00", 1)];
    expect(gapsOf(skipping, WINDOW)).toEqual([]);
  });

  it("do not claim the time before the first reading", () => {
    expect(gapsOf([point("2026-11-10T08:00", 1)], WINDOW)).toEqual([]);
  });

  it("reach to the end of the window when nothing has come since", () => {
    expect(gapsOf([point("2026-11-08T08:00", 1)], WINDOW)).toEqual([{ from: at("2026-11-09T00:00"), to: WINDOW.to }]);
  });

  it("that began before the window are shown from its beginning", () => {
    const points = [point("2026-10-20T08:00", 1), point("2026-11-05T08:00", 1)];
    expect(gapsOf(points, WINDOW)[0]).toEqual({ from: WINDOW.from, to: at("2026-11-05T00:00") });
  });

  it("are nothing to speak of when there are no readings at all", () => {
    expect(gapsOf([], WINDOW)).toEqual([]);
  });
});

describe("the daily middle value", () => {
  it("is the median of a day, at noon", () => {
    const points = [point("2026-11-02T08:00", 120), point("2026-11-02T12:30", 180), point("2026-11-02T20:00", 130)];
    expect(dailyMiddle(points)).toEqual([[at("2026-11-02T12:00"), 130]]);
  });

  it("breaks at a day without readings, even one that is not marked as a gap", () => {
    const points = [point("2026-11-02T08:00", 120), point("2026-11-04T08:00", 130)];
    expect(dailyMiddle(points).map(([, value]) => value)).toEqual([120, null, 130]);
  });

  it("of an even number of values lies between the two in the middle", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
