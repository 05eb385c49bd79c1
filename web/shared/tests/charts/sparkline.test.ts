import { expect, test } from "vitest";
import { sparkline } from "../../src/charts/sparkline.ts";

const points = (...days: number[]) => days.map((day) => ({ day, value: 60 + day }));

test("no line bridges a day without a reading", () => {
  expect(sparkline(points(0, 1, 2, 5, 6, 13), null, null).lines).toHaveLength(3);
});

test("the newest day is at the right edge and a higher value higher up", () => {
  const drawn = sparkline(points(0, 13), null, null);
  expect(drawn.last).toEqual({ day: 13, x: 155, y: 5 });
});

test("the optimal band is drawn though no reading reaches it", () => {
  const drawn = sparkline([{ day: 13, value: 200 }], { low: 115, high: 134 }, 180);
  expect(drawn.band?.top).toBeGreaterThan(drawn.redFrom ?? 0);
  expect(drawn.band?.height).toBeGreaterThan(2);
});

test("without readings nothing but the band is drawn", () => {
  expect(sparkline([], { low: 1, high: 2 }, null)).toMatchObject({ lines: [], last: null });
});

test("a value that never changes does not divide by nothing", () => {
  expect(sparkline([{ day: 0, value: 5 }, { day: 1, value: 5 }], null, null).lines.join()).not.toContain("NaN");
});
