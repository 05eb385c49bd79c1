import { judge, type Direction, type Limit, type State } from "@smartbear/shared/clinical/state.ts";

export interface Band { state: State; side: Direction | null; from: number; to: number }

/**
 * A person's bands from very low to very high. The outer ones, which have no end, are as wide as the bands beside
 * them; a band that no value can lie in is left out, as above 100 %.
 */
export function bandsOf({ optimal, extreme, red, unit }: Limit): Band[] {
  const high = Math.min(extreme.high, red?.high ?? Infinity);
  const bands: Band[] = [
    { state: "extreme", side: "low", from: extreme.low - (optimal.low - extreme.low || 1), to: extreme.low },
    { state: "threshold", side: "low", from: extreme.low, to: optimal.low },
    { state: "optimal", side: null, from: optimal.low, to: optimal.high },
    { state: "threshold", side: "high", from: optimal.high, to: high },
    { state: "extreme", side: "high", from: high, to: high + (high - optimal.high || 1) },
  ];
  return bands.filter(({ from, to }) => to > from && !(unit === "%" && from >= 100));
}

/** Where a value stands along its bands, each drawn equally wide: a share from 0 to 1, never on a border. */
export function placeOf(value: number, limit: Limit): number {
  const bands = bandsOf(limit);
  const { state, direction } = judge(value, limit);
  const index = bands.findIndex((band) => band.state === state && band.side === direction);
  const { from, to } = bands[index] ?? { from: 0, to: 1 };
  const within = Math.min(Math.max((value - from) / (to - from), 0.15), 0.85);
  return (Math.max(index, 0) + within) / bands.length;
}
