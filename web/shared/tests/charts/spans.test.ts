import { describe, expect, it } from "vitest";
import { placeChips } from "../../src/charts/events.ts";
import { ticksOf, windowOf } from "../../src/charts/spans.ts";
import { formatFor } from "../../src/format/format.ts";
import { at } from "./fixtures.ts";

const NOW = at("2026-11-17T09:11:30");
const texts = (span: Parameters<typeof windowOf>[0]) => ticksOf(span, windowOf(span, NOW), formatFor("en")).map((tick) => tick.text);

describe("a time span", () => {
  it("of thirty days ends with today and includes it", () => {
    expect(windowOf("days30", NOW)).toEqual({ from: at("2026-10-19T00:00"), to: at("2026-11-18T00:00") });
    expect(texts("days30")).toEqual(["20 Oct", "27 Oct", "3 Nov", "10 Nov", "17 Nov"]);
  });

  it("of a day ends at this minute", () => {
    expect(windowOf("hours24", NOW).to).toBe(at("2026-11-17T09:12"));
    expect(texts("hours24")).toEqual(["12:00", "16:00", "20:00", "00:00", "04:00", "08:00"]);
  });

  it("of a week names each day below its middle", () => {
    expect(texts("days7")).toHaveLength(7);
    expect(texts("days7").at(-1)).toBe("Tue 17");
  });

  it("of half a year names the months as they begin", () => {
    expect(texts("months6")).toEqual(["Jun", "Jul", "Aug", "Sept", "Oct", "Nov"]);
  });
});

describe("chips of events", () => {
  it("stand under their moment but inside the lane", () => {
    expect(placeChips([50, 99], [40, 40], 100)).toEqual([{ left: 30, row: 0 }, { left: 60, row: 1 }]);
  });

  it("that would touch go to the next free row", () => {
    expect(placeChips([20, 30, 80], [30, 30, 30], 200).map((chip) => chip.row)).toEqual([0, 1, 0]);
  });
});
