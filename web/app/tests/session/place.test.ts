import type { Limit } from "@smartbear/shared/clinical/state.ts";
import { expect, test } from "vitest";
import { bandsOf, placeOf } from "../../src/session/place.ts";

const common = { component: null, since: null, set_by: null };
const systolic: Limit = {
  ...common, measure: "blood_pressure", component: "systolic", unit: "mm[Hg]",
  optimal: { low: 125, high: 134 }, extreme: { low: 90, high: 140 }, red: { low: 90, high: 180 },
};
const oxygen: Limit = {
  ...common, measure: "oxygen", unit: "%", optimal: { low: 95, high: 100 }, extreme: { low: 93, high: 100 }, red: null,
};

/** Number of the band a value is shown in. */
const bandOf = (value: number, limit: Limit) => Math.floor(placeOf(value, limit) * bandsOf(limit).length);

test.each([[80, 0], [90, 1], [124, 1], [125, 2], [134, 2], [135, 3], [140, 3], [141, 4], [230, 4]])(
  "a systolic pressure of %i stands in band %i", (value, band) => expect(bandOf(value, systolic)).toBe(band));

test("a higher value never stands further left", () => {
  const places = Array.from({ length: 200 }, (_, step) => placeOf(60 + step, systolic));
  expect(places).toEqual([...places].sort((one, other) => one - other));
});

test("no band is drawn where no oxygen saturation can lie", () => {
  expect(bandsOf(oxygen).map(({ state }) => state)).toEqual(["extreme", "threshold", "optimal"]);
  expect(bandOf(100, oxygen)).toBe(2);
  expect(bandOf(90, oxygen)).toBe(0);
});
