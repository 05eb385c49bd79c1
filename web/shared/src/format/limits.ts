import type { Limit, Range } from "../api/decisions.ts";
import type { Measure, Reading } from "../api/measurements.ts";
import type { State } from "../api/people.ts";
import { valuesOf } from "./value.ts";

/** Where a value lies; `side` says on which side of the optimal band. */
export interface Judgement { state: State; side: "high" | "low" | null }

const UNKNOWN: Judgement = { state: "unknown", side: null };
const SEVERITY: Record<State, number> = { unknown: 0, optimal: 1, threshold: 2, extreme: 3 };

const above = (value: number, range: Range): boolean => range.high !== null && value > range.high;
const below = (value: number, range: Range): boolean => range.low !== null && value < range.low;

/** Judges one value against a person's limits; without limits nothing is claimed. */
export function judge(value: number | null, limit: Limit | null): Judgement {
  if (value === null || limit === null) return UNKNOWN;
  const side = above(value, limit.optimal) ? "high" : below(value, limit.optimal) ? "low" : null;
  if (side === null) return { state: "optimal", side };
  const far = above(value, limit.extreme) || below(value, limit.extreme);
  return { state: far ? "extreme" : "threshold", side };
}

/** The limits of one measure: systolic before diastolic. */
export function limitsOf(limits: readonly Limit[], measure: Measure): Limit[] {
  const order = (limit: Limit) => (limit.component === "diastolic" ? 1 : 0);
  return limits.filter((limit) => limit.measure === measure).sort((one, other) => order(one) - order(other));
}

/** The worst of a reading's values. */
export function judgeReading(reading: Reading, limits: readonly Limit[]): Judgement {
  return valuesOf(reading)
    .map((value, index) => judge(value, limits[index] ?? null))
    .reduce((worst, next) => (SEVERITY[next.state] > SEVERITY[worst.state] ? next : worst), UNKNOWN);
}

/** The words of a judgement, as a message key. */
export function wordOf({ state, side }: Judgement): string {
  return side ? `state.${state}_${side}` : `state.${state}`;
}
