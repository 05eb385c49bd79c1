import { describe, expect, it } from "vitest";
import { panelsOf } from "../../src/charts/panels.ts";
import { pointsOf, stepsOf } from "../../src/charts/points.ts";
import { csvOf, rowsOf } from "../../src/charts/rows.ts";
import { MEASURES } from "../../src/clinical/measures.ts";
import { at, pressure, SYSTOLIC } from "./fixtures.ts";

const [systolic, diastolic] = MEASURES.blood_pressure.quantities as [never, never];
const WINDOW = { from: at("2026-11-01T00:00"), to: at("2026-11-11T00:00") };

describe("points", () => {
  it("stand at the hour on the participant's own clock", () => {
    const [point] = pointsOf([pressure("2026-11-05T09:02:00+02:00", 128, 76)], systolic, []);
    expect(point?.at).toBe(at("2026-11-05T09:02"));
  });

  it("are judged by the limit that held when they were measured", () => {
    const strict = { ...SYSTOLIC, since: "2026-11-06T00:00:00+00:00", extreme: { low: 95, high: 140 }, red: null };
    const steps = stepsOf([strict, SYSTOLIC], systolic);
    const readings = [pressure("2026-11-05T09:00:00Z", 145, 76), pressure("2026-11-07T09:00:00Z", 145, 76)];
    expect(pointsOf(readings, systolic, steps).map((point) => point.judgement.state)).toEqual(["threshold", "extreme"]);
  });

  it("claim nothing about the time before the first limit", () => {
    const steps = stepsOf([{ ...SYSTOLIC, since: "2026-11-06T00:00:00Z" }], systolic);
    expect(pointsOf([pressure("2026-11-05T09:00:00Z", 220, 76)], systolic, steps)[0]?.judgement.state).toBe("unknown");
  });
});

describe("a panel", () => {
  const data = (readings: ReturnType<typeof pressure>[]) => [
    { id: "systolic", title: "Systolic", unit: "mmHg", digits: 0, points: pointsOf(readings, systolic, stepsOf([SYSTOLIC], systolic)), steps: stepsOf([SYSTOLIC], systolic) },
    { id: "diastolic", title: "Diastolic", unit: "mmHg", digits: 0, points: pointsOf(readings, diastolic, []), steps: [] },
  ];
  const readings = [pressure("2026-11-05T09:00:00Z", 128, 76), pressure("2026-11-09T09:00:00Z", 160, 92)];

  it("steps its bands on the day the limit changed", () => {
    const steps = stepsOf([SYSTOLIC, { ...SYSTOLIC, since: "2026-11-06T00:00:00Z" }], systolic);
    const [panel] = panelsOf([{ ...data(readings)[0]!, steps }], "days7", WINDOW);
    expect(panel?.steppedBands.map(({ from, to }) => [from, to])).toEqual([
      [WINDOW.from, at("2026-11-06T00:00")], [at("2026-11-06T00:00"), WINDOW.to],
    ]);
  });

  it("draws no line and marks no gap within a single day", () => {
    const [panel] = panelsOf(data(readings), "hours24", { from: at("2026-11-04T10:00"), to: at("2026-11-05T10:00") });
    expect([panel?.middle, panel?.gaps, panel?.shown.length]).toEqual([[], [], 1]);
  });

  it("tells why nothing came, where somebody knows", () => {
    const causes = new Map([[at("2026-11-06T00:00"), "phone off"]]);
    const [panel] = panelsOf([{ ...data(readings)[0]!, causes }], "days30", WINDOW);
    expect(panel?.gaps).toEqual([{ from: at("2026-11-06T00:00"), to: at("2026-11-09T00:00"), cause: "phone off" }]);
  });

  it("gives the table the same readings and gaps, the newest first", () => {
    const rows = rowsOf(panelsOf(data(readings), "days30", WINDOW));
    expect(rows.map((row) => (row.kind === "gap" ? "gap" : row.values))).toEqual([[160, 92], "gap", [128, 76]]);
    expect(rows[0]).toMatchObject({ judgement: { state: "extreme", direction: "high" } });
  });

  it("can be taken away as comma-separated values", () => {
    expect(csvOf(panelsOf(data(readings), "days30", WINDOW)).split("\r\n").slice(0, 2)).toEqual([
      "measured_at,systolic [mmHg],diastolic [mmHg],state,entry", "2026-11-09T09:00:00,160,92,extreme,device",
    ]);
  });
});
