export type Shade = "none" | "one" | "two" | "three";

/** Thirds of the most that any cell of a picture has. */
export function shadeOf(count: number, most: number): Shade {
  if (count <= 0) return "none";
  if (count * 3 <= most) return "one";
  return count * 3 <= most * 2 ? "two" : "three";
}
