import { HOUR, MINUTE } from "../format/moments.ts";

type Translate = (key: string, values: { n: number }, plural: number) => string;

/** How long something took, in the largest whole unit: «9 seconds», «3 minutes», «2 hours». */
export function tookText(milliseconds: number, t: Translate): string {
  const [unit, size] = milliseconds >= HOUR ? ["hours", HOUR] as const : milliseconds >= MINUTE ? ["minutes", MINUTE] as const : ["seconds", 1000] as const;
  const n = Math.round(milliseconds / size);
  return t(`took.${unit}`, { n }, n);
}
