import type { Limit } from "../clinical/state.ts";

/** The values a panel reaches from bottom to top, and where its axis is labelled. */
export interface Scale {
  min: number;
  max: number;
  ticks: number[];
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 40, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
const TICKS = 4;
const MARGIN = 0.08;

/** Room for every value and for the bands around the optimal one; `ceiling` is a value nothing can exceed. */
export function scaleOf(values: readonly number[], limits: readonly Limit[], ceiling = Number.POSITIVE_INFINITY): Scale {
  const edges = limits.flatMap(({ extreme, red }) => [extreme.low, extreme.high, red?.low ?? extreme.low, red?.high ?? extreme.high]);
  const known = [...values, ...edges];
  if (known.length === 0) return { min: 0, max: 1, ticks: [] };
  const low = Math.min(...known);
  const high = Math.max(...known);
  const margin = (high - low || Math.abs(high) * 0.1 || 1) * MARGIN;
  const step = stepFor(high - low + 2 * margin);
  const min = Math.floor((low - margin) / step) * step;
  const max = Math.min(high + margin, ceiling);
  const count = Math.floor((max - min) / step + 1e-9);
  return { min, max, ticks: Array.from({ length: count + 1 }, (_, index) => round(min + index * step)) };
}

function stepFor(span: number): number {
  return STEPS.find((step) => span / step <= TICKS) ?? span / TICKS;
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/** The share of the panel's height above a value: 0 at the top, 1 at the bottom. */
export function depth(value: number, { min, max }: Scale): number {
  return (max - Math.min(Math.max(value, min), max)) / (max - min);
}
