/**
 * Moments as somebody's clock on the wall shows them.
 *
 * A reading carries the offset of the device that made it, and people are shown their own day and hour whatever
 * zone the viewer sits in. A `Wall` is that local time as milliseconds of a UTC clock showing the same digits.
 */
export type Wall = number;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const OFFSET = /([+-])(\d\d):?(\d\d)$/;

/** Minutes east of UTC that an ISO 8601 time states; 0 for `Z`. */
export function offsetOf(iso: string): number {
  const found = OFFSET.exec(iso);
  if (!found) return 0;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === "-" ? -minutes : minutes;
}

/** The wall clock at an instant, in the zone the text states or in the one given. */
export function wall(iso: string, offset = offsetOf(iso)): Wall {
  return Date.parse(iso) + offset * MINUTE;
}

/** The wall clock of whoever looks at the page. */
export function viewerWall(instant: number | string): Wall {
  const date = new Date(instant);
  return date.getTime() - date.getTimezoneOffset() * MINUTE;
}

/** `YYYY-MM-DD` of a wall clock. */
export function dayOf(at: Wall): string {
  return new Date(at).toISOString().slice(0, 10);
}

export function startOfDay(at: Wall): Wall {
  return Math.floor(at / DAY) * DAY;
}
