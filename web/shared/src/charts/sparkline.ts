/** A day's value; `day` counts from 0, the oldest. */
export interface SparkPoint { day: number; value: number }

export interface Spark {
  band: { top: number; height: number } | null;
  redFrom: number | null;
  lines: string[];
  last: { x: number; y: number } | null;
}

const WIDTH = 160;
const HEIGHT = 34;
const MARGIN = 5;
const DAYS = 14;

/** A line for each run of days with readings, in a box of 160 by 34; nothing bridges a gap. */
export function sparkline(points: readonly SparkPoint[], band: { low: number; high: number } | null, redFrom: number | null): Spark {
  const y = scale([...points.map((point) => point.value), ...(band ? [band.low, band.high] : []), ...(redFrom ? [redFrom] : [])]);
  const placed = points.map(({ day, value }) => ({ day, x: MARGIN + (day / (DAYS - 1)) * (WIDTH - 2 * MARGIN), y: y(value) }));
  return {
    band: band && { top: y(band.high), height: Math.max(y(band.low) - y(band.high), 2) },
    redFrom: redFrom && y(redFrom),
    lines: runs(placed).map((run) => `M${run.map((point) => `${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join("L")}`),
    last: placed.at(-1) ?? null,
  };
}

function scale(values: number[]): (value: number) => number {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return (value) => HEIGHT - MARGIN - ((value - low) / span) * (HEIGHT - 2 * MARGIN);
}

function runs<T extends { day: number }>(points: readonly T[]): T[][] {
  const found: T[][] = [];
  for (const point of points) {
    const run = found.at(-1);
    if (run?.at(-1)?.day === point.day - 1) run.push(point);
    else found.push([point]);
  }
  return found;
}
