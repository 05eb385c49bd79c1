import type { Limit } from "../clinical/state.ts";
import { bandsOf, type Band } from "./bands.ts";
import { dailyMiddle, gapsOf, type Gap, type Middle } from "./days.ts";
import type { LimitStep, Point } from "./points.ts";
import { scaleOf, type Scale } from "./scale.ts";
import type { Span, Window } from "./spans.ts";

/** One quantity to draw. */
export interface PanelData {
  id: string;
  title: string;
  unit: string;
  digits: number;
  points: Point[];
  steps: LimitStep[];
  /** A value nothing can exceed, such as 100 %. */
  ceiling?: number;
  /** Why nothing came, by the midnight a gap begins. */
  causes?: ReadonlyMap<number, string>;
}

/** The bands that hold in a part of the window. */
export interface BandStep {
  from: number;
  to: number;
  limit: Limit;
  bands: Band[];
}

/** A panel worked out: what it shows and where. */
export interface Panel extends PanelData {
  shown: Point[];
  scale: Scale;
  steppedBands: BandStep[];
  middle: Middle[];
  gaps: Gap[];
  top: number;
  height: number;
}

const TITLE = 32;
const HEIGHTS: Record<number, readonly number[]> = { 1: [300], 2: [224, 168] };
const OTHER = 150;

/** Panels one below the other; the first is the highest. Distances in CSS pixels. */
export function panelsOf(data: readonly PanelData[], span: Span, window: Window): Panel[] {
  const heights = HEIGHTS[data.length] ?? [];
  let top = 0;
  return data.map((each, index) => {
    const height = heights[index] ?? OTHER;
    const panel = work(each, span, window, top + TITLE, height);
    top += TITLE + height;
    return panel;
  });
}

export function heightOf(panels: readonly Panel[]): number {
  const last = panels.at(-1);
  return last ? last.top + last.height + 6 : 0;
}

function work(data: PanelData, span: Span, window: Window, top: number, height: number): Panel {
  const shown = data.points.filter((point) => point.at >= window.from && point.at < window.to);
  const steps = stepsIn(data.steps, window);
  const scale = scaleOf(shown.map((point) => point.value), steps.map((step) => step.limit), data.ceiling);
  const daily = span !== "hours24";
  return {
    ...data, shown, scale, top, height,
    steppedBands: steps.map((step) => ({ ...step, bands: bandsOf(step.limit, scale) })),
    middle: daily ? dailyMiddle(shown) : [],
    gaps: daily ? gapsOf(data.points, window).map((gap) => withCause(gap, data.causes)) : [],
  };
}

function withCause(gap: Gap, causes: PanelData["causes"]): Gap {
  const cause = causes?.get(gap.from);
  return cause ? { ...gap, cause } : gap;
}

function stepsIn(steps: readonly LimitStep[], { from, to }: Window): Omit<BandStep, "bands">[] {
  return steps
    .map(({ from: since, limit }, index) => ({ from: Math.max(since, from), to: Math.min(steps[index + 1]?.from ?? to, to), limit }))
    .filter((step) => step.to > step.from);
}
