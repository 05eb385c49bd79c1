import { DAY, HOUR, MINUTE, startOfDay, type Wall } from "../format/moments.ts";
import type { Format } from "../format/format.ts";

/** How much time a chart shows. */
export const SPANS = ["hours24", "days7", "days30", "months6"] as const;
export type Span = (typeof SPANS)[number];

export interface Window {
  from: Wall;
  to: Wall;
}

const DAYS: Record<Exclude<Span, "hours24">, number> = { days7: 7, days30: 30, months6: 182 };

export function isSpan(text: unknown): text is Span {
  return SPANS.includes(text as Span);
}

/** Whole days that end with today, or the last 24 hours to the minute. */
export function windowOf(span: Span, now: Wall): Window {
  if (span === "hours24") {
    const to = Math.ceil(now / MINUTE) * MINUTE;
    return { from: to - DAY, to };
  }
  const to = startOfDay(now) + DAY;
  return { from: to - DAYS[span] * DAY, to };
}

export interface Tick {
  at: Wall;
  text: string;
}

/** What is written below the time axis; the last day always is. */
export function ticksOf(span: Span, window: Window, format: Format): Tick[] {
  if (span === "hours24") return every(4 * HOUR, window, format.time);
  if (span === "days7") return every(DAY, window, (at) => `${format.weekday(at)} ${new Date(at).getUTCDate()}`, DAY / 2);
  if (span === "months6") return months(window, format);
  return lastDays(window, 7, format);
}

function every(step: number, { from, to }: Window, text: (at: Wall) => string, shift = 0): Tick[] {
  const found: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at + shift <= to; at += step) found.push({ at: at + shift, text: text(at) });
  return found;
}

function lastDays({ from, to }: Window, step: number, format: Format): Tick[] {
  const found: Tick[] = [];
  for (let at = to - DAY / 2; at > from; at -= step * DAY) found.unshift({ at, text: format.dayMonth(at) });
  return found;
}

function months({ from, to }: Window, format: Format): Tick[] {
  const found: Tick[] = [];
  const first = new Date(from);
  for (let back = 1; ; back += 1) {
    const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + back, 1);
    if (at >= to) return found;
    found.push({ at, text: format.month(at) });
  }
}
