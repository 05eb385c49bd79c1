export type Level = "three" | "two" | "one" | "none";

/** The shade of a share. */
export function levelOf(share: number | null): Level {
  if (!share) return "none";
  if (share > 0.9) return "three";
  return share >= 0.6 ? "two" : "one";
}
