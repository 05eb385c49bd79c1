import { DAY, startOfDay, type Wall } from "../format/moments.ts";
import type { Point } from "./points.ts";
import type { Window } from "./spans.ts";

/** Days without any reading, between days that have one. */
export interface Gap {
  /** Midnight at which the first empty day begins. */
  from: Wall;
  /** Midnight at which the last one ends. */
  to: Wall;
  /** Why, where somebody knows. */
  cause?: string;
}

/** One day's middle value, at noon; null where the line must break. */
export type Middle = [at: Wall, value: number | null];

/** Shorter gaps break the line but are not marked: many people do not measure every day. */
const MARKED_DAYS = 2;

function daysWith(points: readonly Point[]): Wall[] {
  return [...new Set(points.map((point) => startOfDay(point.at)))].sort((one, other) => one - other);
}

/** Runs of at least two empty days; the time before the first reading is no gap, the time after the last one is. */
export function gapsOf(points: readonly Point[], window: Window): Gap[] {
  const days = daysWith(points).filter((day) => day < window.to);
  if (days.length === 0) return [];
  return days
    .map((day, index) => ({ from: day + DAY, to: days[index + 1] ?? window.to }))
    .map((gap) => ({ from: Math.max(gap.from, window.from), to: gap.to }))
    .filter((gap) => gap.to - gap.from >= MARKED_DAYS * DAY);
}

/** The median of each day; a day without readings breaks the line, whether or not it is marked as a gap. */
export function dailyMiddle(points: readonly Point[]): Middle[] {
  const found: Middle[] = [];
  let previous: Wall | undefined;
  for (const day of daysWith(points)) {
    if (previous !== undefined && day - previous > DAY) found.push([previous + DAY, null]);
    const values = points.filter((point) => startOfDay(point.at) === day).map((point) => point.value);
    found.push([day + DAY / 2, median(values)]);
    previous = day;
  }
  return found;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted.length >> 1;
  const high = sorted[upper] ?? Number.NaN;
  return sorted.length % 2 ? high : ((sorted[upper - 1] ?? high) + high) / 2;
}
