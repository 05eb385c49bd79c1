import { describe, expect, it } from "vitest";
import { isOld, silence } from "../../src/clinical/freshness.ts";
import { judge, UNJUDGED, worst } from "../../src/clinical/state.ts";
import { SYSTOLIC } from "../charts/fixtures.ts";

const stateOf = (value: number) => judge(value, SYSTOLIC).state;

describe("a value", () => {
  it("on the edge of a band belongs to the better side", () => {
    expect([stateOf(115), stateOf(134), stateOf(95), stateOf(150)]).toEqual(["optimal", "optimal", "threshold", "threshold"]);
  });

  it("beyond a band says on which side", () => {
    expect(judge(135, SYSTOLIC)).toEqual({ state: "threshold", direction: "high" });
    expect(judge(94.9, SYSTOLIC)).toEqual({ state: "extreme", direction: "low" });
  });

  it("at the red floor is extreme even where the bands meet it", () => {
    expect(judge(150, { ...SYSTOLIC, red: { low: 90, high: 150 } }).state).toBe("extreme");
  });

  it("without a limit is not judged", () => {
    expect(judge(300, undefined)).toEqual(UNJUDGED);
  });

  it("of two, the worse one speaks", () => {
    const [calm, high] = [judge(120, SYSTOLIC), judge(160, SYSTOLIC)];
    expect(worst([calm, high, UNJUDGED])).toEqual(high);
    expect(worst([])).toEqual(UNJUDGED);
  });
});

describe("freshness", () => {
  const NOW = Date.parse("2026-11-17T09:00:00Z");

  it("ends after three days", () => {
    expect([isOld("2026-11-14T09:00:00Z", NOW), isOld("2026-11-14T08:59:00Z", NOW)]).toEqual([false, true]);
  });

  it("turns into silence that grows with its length", () => {
    const since = ["2026-11-17T08:00:00Z", "2026-11-13T09:00:00Z", "2026-11-04T09:00:00Z", null];
    expect(since.map((at) => silence(at, NOW))).toEqual(["recent", "silent", "long_silent", "never"]);
  });
});
