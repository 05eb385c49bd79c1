import { describe, expect, it } from "vitest";
import { ageOf } from "../../src/format/age.ts";
import { formatFor } from "../../src/format/format.ts";
import { dayOf, offsetOf, wall, DAY, HOUR, MINUTE } from "../../src/format/moments.ts";

describe("moments", () => {
  it("read as the clock on the participant's wall showed them", () => {
    const morning = wall("2026-11-17T23:30:00-01:00");
    expect([formatFor("en").time(morning), dayOf(morning)]).toEqual(["23:30", "2026-11-17"]);
  });

  it("of the platform can be read on the participant's wall, too", () => {
    expect(formatFor("en").time(wall("2026-11-17T07:02:00Z", offsetOf("2026-11-17T09:02:00+02:00")))).toBe("09:02");
  });

  it("state their offset with or without a colon", () => {
    expect([offsetOf("…T09:00:00-0330"), offsetOf("…T09:00:00+05:30"), offsetOf("…T09:00:00Z")]).toEqual([-210, 330, 0]);
  });

  it("are written as each language writes them", () => {
    const noon = Date.parse("2026-11-17T12:00:00Z");
    expect(formatFor("en").date(noon)).toBe("17 Nov 2026");
    expect(formatFor("el").longDayMonth(noon)).toBe("17 Νοεμβρίου");
    expect(formatFor("xx").date(noon)).toBe("17 Nov 2026");
  });

  it("use the separators of the language in numbers", () => {
    expect([formatFor("en").number(1204.5, 1), formatFor("it").number(36.6, 1)]).toEqual(["1,204.5", "36,6"]);
  });
});

describe("an age", () => {
  it("is told in minutes, then hours, then days", () => {
    const ages = [30_000, 4 * MINUTE, 3 * HOUR, 47 * HOUR, 11 * DAY].map((each) => ageOf(each));
    expect(ages.map(({ unit, count }) => `${count} ${unit}`)).toEqual(["0 now", "4 minutes", "3 hours", "47 hours", "11 days"]);
  });
});
