import type { Ink } from "./ink.ts";
import type { Point } from "./points.ts";

/** How a value is drawn: state by shape first, then who entered it. */
export interface Symbol {
  symbol: string;
  symbolSize: number;
  symbolRotate: number;
  itemStyle: { color: string; borderColor: string; borderWidth: number };
}

const TRIANGLE = "path://M10 2.2 18.6 17.4H1.4Z";
/** An octagon; the two chevrons run the other way round and are therefore holes. */
const OCTAGON =
  "path://M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3Z" +
  "M5 9.7 6.3 11 10 7.5 13.7 11 15 9.7 10 4.9ZM5 14.2 6.3 15.5 10 12 13.7 15.5 15 14.2 10 9.4Z";

export function symbolOf({ judgement, typed }: Point, ink: Ink): Symbol {
  const symbolRotate = judgement.direction === "low" ? 180 : 0;
  if (judgement.state === "extreme") return filled(OCTAGON, 16, ink.extreme, symbolRotate);
  if (judgement.state === "threshold") return filled(TRIANGLE, 10, ink.threshold, symbolRotate);
  if (!typed) return filled("circle", 6.2, ink.point);
  return { symbol: "diamond", symbolSize: 10.5, symbolRotate: 0, itemStyle: { color: ink.paper, borderColor: ink.point, borderWidth: 1.6 } };
}

function filled(symbol: string, symbolSize: number, color: string, symbolRotate = 0): Symbol {
  return { symbol, symbolSize, symbolRotate, itemStyle: { color, borderColor: "transparent", borderWidth: 0 } };
}
