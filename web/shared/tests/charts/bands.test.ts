import { describe, expect, it } from "vitest";
import { bandsOf, spread } from "../../src/charts/bands.ts";
import { depth, scaleOf } from "../../src/charts/scale.ts";
import { SYSTOLIC } from "./fixtures.ts";

const SCALE = { min: 80, max: 210, ticks: [] };

describe("bands", () => {
  it("cover the panel from top to bottom without overlap", () => {
    const bands = bandsOf(SYSTOLIC, SCALE);
    expect(bands.map((band) => [band.low, band.high])).toEqual([[150, 210], [134, 150], [115, 134], [95, 115], [80, 95]]);
  });

  it("that nothing can fall into are left out", () => {
    const oxygen = { ...SYSTOLIC, optimal: { low: 95, high: 100 }, extreme: { low: 93, high: 100 }, red: null };
    expect(bandsOf(oxygen, { min: 88, max: 100, ticks: [] }).map((band) => band.state)).toEqual(["optimal", "threshold", "extreme"]);
  });
});

describe("the scale", () => {
  it("has room for every value and for where red alerts begin", () => {
    const { min, max } = scaleOf([200, 120], [SYSTOLIC]);
    expect(min).toBeLessThan(90);
    expect(max).toBeGreaterThan(200);
  });

  it("is labelled at round values only", () => {
    expect(scaleOf([200, 120], [SYSTOLIC]).ticks).toEqual([80, 120, 160, 200]);
  });

  it("stops at a value nothing can exceed", () => {
    expect(scaleOf([97, 99], [], 100).max).toBeLessThanOrEqual(100);
  });

  it("survives a single value and none at all", () => {
    const { min, max } = scaleOf([71.2], []);
    expect(min).toBeLessThan(71.2);
    expect(max).toBeGreaterThan(71.2);
    expect(scaleOf([], [])).toEqual({ min: 0, max: 1, ticks: [] });
  });

  it("puts its highest value at the top", () => {
    expect([depth(210, SCALE), depth(80, SCALE), depth(145, SCALE)]).toEqual([0, 1, 0.5]);
  });
});

describe("names of bands", () => {
  it("stand where they belong when there is room", () => {
    expect(spread([10, 50, 90], 15, 0, 100)).toEqual([10, 50, 90]);
  });

  it("make room for each other without leaving the panel", () => {
    const placed = spread([2, 4, 96, 98], 15, 7, 93);
    expect(placed[0]).toBe(7);
    expect(placed.at(-1)).toBe(93);
    placed.slice(1).forEach((top, index) => expect(top - (placed[index] ?? 0)).toBeGreaterThanOrEqual(15));
  });
});
