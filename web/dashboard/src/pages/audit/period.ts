import { DAY } from "@smartbear/shared/format/moments.ts";

export const PERIODS = ["day", "week", "month", "quarter", "all", "custom"] as const;
export type Period = (typeof PERIODS)[number];

/** From an instant up to another, which is outside; null is open. */
export interface Span { from: Date | null; until: Date | null }

const DAYS: Partial<Record<Period, number>> = { week: 7, month: 30, quarter: 91 };

/** What a period means now: 24 hours, or whole days of the viewer with today as the last. */
export function spanOf(period: Period, now: Date, from = "", until = ""): Span {
  if (period === "custom") return { from: instant(from), until: instant(until) };
  if (period === "day") return { from: new Date(now.getTime() - DAY), until: null };
  const days = DAYS[period];
  return { from: days ? new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1) : null, until: null };
}

/** `2026-11-17T09:00`, as a field for date and time has it: the viewer's clock. */
function instant(text: string): Date | null {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}
