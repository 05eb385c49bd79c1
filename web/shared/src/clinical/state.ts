import type { Measure, Part } from "./measures.ts";

export type State = "optimal" | "threshold" | "extreme" | "unknown";
export type Direction = "low" | "high";
/** What a state mark can say; `stale` is a reading too old to be judged. */
export type Mark = State | "stale";

export interface Range {
  low: number;
  high: number;
}

/** The bands of one quantity, as `/api/decisions/limits` gives them. */
export interface Limit {
  measure: Measure;
  component: Part | null;
  unit: string;
  optimal: Range;
  extreme: Range;
  /** Where a red alert begins: below `low`, at `high` or above. */
  red: Range | null;
  since: string | null;
  set_by: string | null;
}

export interface Judgement {
  state: State;
  direction: Direction | null;
}

export const UNJUDGED: Judgement = { state: "unknown", direction: null };

const ORDER: readonly State[] = ["unknown", "optimal", "threshold", "extreme"];

/** Where a value lies. Both ends of the optimal and of the extreme band belong to the band. */
export function judge(value: number, limit: Limit | undefined): Judgement {
  if (!limit) return UNJUDGED;
  const { optimal, extreme, red } = limit;
  if (value < extreme.low) return { state: "extreme", direction: "low" };
  if (value > extreme.high || (red && value >= red.high)) return { state: "extreme", direction: "high" };
  if (value < optimal.low) return { state: "threshold", direction: "low" };
  if (value > optimal.high) return { state: "threshold", direction: "high" };
  return { state: "optimal", direction: null };
}

/** The one that matters most; of equals the first, so systolic speaks before diastolic. */
export function worst(judgements: readonly Judgement[]): Judgement {
  return judgements.reduce(
    (most, next) => (ORDER.indexOf(next.state) > ORDER.indexOf(most.state) ? next : most),
    UNJUDGED,
  );
}
