import type { Limit } from "@smartbear/shared/clinical/state.ts";

/**
 * Where a value stands along a bar of five equally wide bands (very low, low, own range, high, very high), as a
 * share from 0 to 1. The outer bands, which have no end, are taken to be as wide as the bands beside them.
 */
export function placeOf(value: number, { optimal, extreme, red }: Limit): number {
  const high = Math.min(extreme.high, red?.high ?? Infinity);
  const below = extreme.low - (optimal.low - extreme.low);
  const above = high + (high - optimal.high);
  const ends = [below, extreme.low, optimal.low, optimal.high, high, above];
  const band = Math.min(Math.max(ends.findLastIndex((end) => value >= end), 0), ends.length - 2);
  const [from = 0, to = 1] = ends.slice(band, band + 2);
  const within = to > from ? (value - from) / (to - from) : 0.5;
  return (band + Math.min(Math.max(within, 0.06), 0.94)) / 5;
}
