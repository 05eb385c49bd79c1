/** Parts of a period that a strip shows side by side; at most about thirty, so that each can be seen. */
export type Unit = "hour" | "day" | "week" | "month";
export interface Buckets {
  unit: Unit;
  /** Where each begins, the oldest first; the last one holds the end. */
  starts: Date[];
}

const MOST = 31;
const UNITS: Unit[] = ["hour", "day", "week", "month"];

function floor(at: Date, unit: Unit): Date {
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  if (unit === "hour") return new Date(year, month, day, at.getHours());
  if (unit === "day") return new Date(year, month, day);
  if (unit === "week") return new Date(year, month, day - ((at.getDay() + 6) % 7));
  return new Date(year, month);
}

function after(start: Date, unit: Unit): Date {
  const [year, month, day] = [start.getFullYear(), start.getMonth(), start.getDate()];
  if (unit === "hour") return new Date(start.getTime() + 3_600_000);
  return unit === "month" ? new Date(year, month + 1) : new Date(year, month, day + (unit === "week" ? 7 : 1));
}

function startsOf(first: Date, last: Date, unit: Unit): Date[] {
  const starts = [floor(first, unit)];
  for (let next = after(starts[0] as Date, unit); next <= last && starts.length < 1000; next = after(next, unit)) starts.push(next);
  return starts;
}

/** The smallest unit of the viewer's calendar that cuts the time between two instants into few enough parts. */
export function bucketsOf(first: Date, last: Date): Buckets {
  for (const unit of UNITS) {
    const starts = startsOf(first, last, unit);
    if (starts.length <= MOST || unit === "month") return { unit, starts };
  }
  throw new RangeError("unreachable");
}

/** How many of some instants are in each part. */
export function countsIn({ starts }: Buckets, instants: readonly Date[]): number[] {
  const counts = starts.map(() => 0);
  for (const at of instants) {
    const index = starts.findLastIndex((start) => start <= at);
    if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}
