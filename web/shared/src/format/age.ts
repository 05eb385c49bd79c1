/** How long ago something was, in the one unit that matters. */
export interface Age { key: "now" | "minutes" | "hours" | "days"; n: number }

const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

export function ageOf(at: Date | string, now: Date): Age {
  const minutes = Math.max(0, Math.floor((now.getTime() - new Date(at).getTime()) / MINUTE));
  if (minutes < 1) return { key: "now", n: 0 };
  if (minutes < 60) return { key: "minutes", n: minutes };
  if (minutes < 24 * 60) return { key: "hours", n: Math.floor(minutes / 60) };
  return { key: "days", n: Math.floor(minutes / (24 * 60)) };
}

/** Silence below three days is plain, to twelve a warning, beyond that red. */
export function silence(at: string | null, now: Date): "plain" | "threshold" | "extreme" | "never" {
  if (at === null) return "never";
  const days = (now.getTime() - new Date(at).getTime()) / DAY;
  if (days < 3) return "plain";
  return days <= 12 ? "threshold" : "extreme";
}

/** A value older than three days is shown as old, never coloured by its range. */
export const isStale = (at: string, now: Date): boolean => silence(at, now) !== "plain";
