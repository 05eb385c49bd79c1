import type { Quantity } from "../clinical/measures.ts";
import { measuredWall, valueOf, type Reading } from "../clinical/readings.ts";
import { judge, type Judgement, type Limit } from "../clinical/state.ts";
import { wall, type Wall } from "../format/moments.ts";

/** One value of one quantity. */
export interface Point {
  at: Wall;
  value: number;
  judgement: Judgement;
  /** Typed by hand and not sent by a device. */
  typed: boolean;
  readingId: string;
}

/** A limit and the moment from which it holds; the newest last. */
export interface LimitStep {
  from: Wall;
  limit: Limit;
}

const ALWAYS = -8.64e15;

/** The limits of one quantity, by when each began; a limit without a date has always held. */
export function stepsOf(limits: readonly Limit[], quantity: Quantity): LimitStep[] {
  return limits
    .filter((limit) => limit.measure === quantity.measure && limit.component === quantity.part)
    .map((limit) => ({ from: limit.since ? wall(limit.since) : ALWAYS, limit }))
    .sort((one, other) => one.from - other.from);
}

export function limitAt(steps: readonly LimitStep[], at: Wall): Limit | undefined {
  return steps.findLast((step) => step.from <= at)?.limit;
}

/** The values of one quantity, the oldest first, each judged by the limit that held when it was measured. */
export function pointsOf(readings: readonly Reading[], quantity: Quantity, steps: readonly LimitStep[]): Point[] {
  return readings
    .flatMap((reading) => {
      const value = valueOf(reading, quantity);
      if (value === null) return [];
      const at = measuredWall(reading);
      const judgement = judge(value, limitAt(steps, at));
      return [{ at, value, judgement, typed: reading.entry === "manual", readingId: reading.reading_id }];
    })
    .sort((one, other) => one.at - other.at);
}
