import { DAY, HOUR, MINUTE } from "./moments.ts";

/** A length of time in the largest unit that is not zero: minutes, hours, then days. */
export interface Age {
  unit: "now" | "minutes" | "hours" | "days";
  count: number;
}

export function ageOf(milliseconds: number): Age {
  if (milliseconds < MINUTE) return { unit: "now", count: 0 };
  if (milliseconds < HOUR) return { unit: "minutes", count: Math.floor(milliseconds / MINUTE) };
  if (milliseconds < 2 * DAY) return { unit: "hours", count: Math.floor(milliseconds / HOUR) };
  return { unit: "days", count: Math.floor(milliseconds / DAY) };
}
