import { DAY } from "../format/moments.ts";

/** A reading older than this is shown as old, never by its range. */
const OLD = 3 * DAY;
const LONG_SILENT = 12 * DAY;

export type Silence = "never" | "recent" | "silent" | "long_silent";

export function isOld(at: string, now: number): boolean {
  return now - Date.parse(at) > OLD;
}

/** How worrying it is that the newest data is from `at`. */
export function silence(at: string | null, now: number): Silence {
  if (at === null) return "never";
  const quiet = now - Date.parse(at);
  if (quiet > LONG_SILENT) return "long_silent";
  return quiet > OLD ? "silent" : "recent";
}
