import type { Direction, Limit, State } from "../clinical/state.ts";
import type { Scale } from "./scale.ts";

/** A horizontal band of a panel, between two values. */
export interface Band {
  state: Exclude<State, "unknown">;
  direction: Direction | null;
  low: number;
  high: number;
}

/** The bands of a limit from top to bottom, cut to the scale; one that would be empty is left out. */
export function bandsOf({ optimal, extreme }: Limit, { min, max }: Scale): Band[] {
  const bands: Band[] = [
    { state: "extreme", direction: "high", low: extreme.high, high: max },
    { state: "threshold", direction: "high", low: optimal.high, high: extreme.high },
    { state: "optimal", direction: null, low: optimal.low, high: optimal.high },
    { state: "threshold", direction: "low", low: extreme.low, high: optimal.low },
    { state: "extreme", direction: "low", low: min, high: extreme.low },
  ];
  return bands
    .map((band) => ({ ...band, low: Math.max(band.low, min), high: Math.min(band.high, max) }))
    .filter((band) => band.high > band.low);
}

/**
 * Places for labels that would like to stand at `wanted`, ascending, at least `gap` apart and within the limits.
 *
 * Labels are pushed down in order, then up from the end; where there is not room for all they overlap at the end.
 */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const placed: number[] = [];
  for (const at of wanted) placed.push(Math.max(at, (placed.at(-1) ?? top - gap) + gap, top));
  let room = bottom;
  for (let index = placed.length - 1; index >= 0; index -= 1) {
    placed[index] = Math.min(placed[index] ?? room, room);
    room = (placed[index] ?? room) - gap;
  }
  return placed;
}
