import { MEASURES, type Measure } from "../clinical/measures.ts";
import { valueOf, type Reading } from "../clinical/readings.ts";
import { judge, worst, type Judgement, type Limit } from "../clinical/state.ts";
import type { Format } from "./format.ts";

/** The limits of one measure: systolic before diastolic. */
export function limitsOf(limits: readonly Limit[], measure: Measure): Limit[] {
  return MEASURES[measure].quantities.flatMap(({ part }) =>
    limits.filter((limit) => limit.measure === measure && limit.component === part));
}

/** The worst of a reading's values against a person's limits; without limits nothing is claimed. */
export function judgeReading(reading: Reading, measure: Measure, limits: readonly Limit[]): Judgement {
  return worst(MEASURES[measure].quantities.map((quantity) => {
    const value = valueOf(reading, quantity);
    const limit = limits.find((each) => each.measure === measure && each.component === quantity.part);
    return value === null ? judge(0, undefined) : judge(value, limit);
  }));
}

/** `128/76`, `36.6`, `6 h 10`: a reading without its unit; «—» for what is missing, never 0. */
export function readingText(reading: Reading, measure: Measure, format: Format): string {
  const values = MEASURES[measure].quantities.map((quantity) => valueOf(reading, quantity));
  if (measure === "sleep") return values[0] == null ? "—" : hoursAndMinutes(values[0]);
  return values.map((value) => (value === null ? "—" : format.number(value, MEASURES[measure].digits))).join("/");
}

function hoursAndMinutes(hours: number): string {
  const minutes = Math.round(hours * 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

/** The words of a judgement, as a message key. */
export function wordOf({ state, direction }: Judgement): string {
  return direction ? `state.${state}_${direction}` : `state.${state}`;
}
