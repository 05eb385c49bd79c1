/** One day of a week strip: a state, a day with nothing though something was expected, or nothing expected. */
export type DayState = "optimal" | "threshold" | "extreme" | "unknown" | "expected" | "none";

export interface DayMark {
  date: string;
  state: DayState;
}

/** The seven stars of the Great Bear from the tip of its tail to the bowl, on a 98 by 54 field. */
export const STARS: readonly (readonly [number, number])[] = [
  [6, 17], [22, 10], [36, 13], [50, 19], [56, 37], [82, 42], [90, 22],
];

/** The line through the stars: along the tail, round the bowl and back to where it began. */
export const STAR_LINE = [...STARS, STARS[3] ?? [50, 19]].map((star) => star.join(",")).join(" ");
