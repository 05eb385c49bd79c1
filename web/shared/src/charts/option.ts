import type { ChartOption } from "./engine.ts";
import type { Ink } from "./ink.ts";
import type { Panel } from "./panels.ts";
import type { Point } from "./points.ts";
import type { Window } from "./spans.ts";
import { symbolOf } from "./symbols.ts";

/** The margins of the plot inside its box, in CSS pixels: axis labels on the left, names of bands on the right. */
export interface Margins {
  left: number;
  right: number;
}

export interface Words {
  /** What the chart shows, for those who cannot see it. */
  description: string;
  /** One value, for the pointer. */
  point(panel: Panel, point: Point): string;
}

/** What ECharts draws: bands, values and lines. All words stand beside it in the page, where they can be read. */
export function optionOf(panels: readonly Panel[], window: Window, margins: Margins, ink: Ink, words: Words): ChartOption {
  return {
    animation: false,
    aria: { enabled: true, label: { description: words.description } },
    tooltip: tooltip(ink),
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: panels.map(({ top, height }) => ({ ...margins, top, height, containLabel: false })),
    xAxis: panels.map((_, gridIndex) => ({
      type: "time" as const, gridIndex, min: window.from, max: window.to,
      axisLine: { show: false }, axisTick: { show: false }, axisLabel: { show: false }, splitLine: { show: false },
      axisPointer: { show: true, type: "line" as const, triggerTooltip: false, label: { show: false }, lineStyle: { color: ink.pointer, type: "dotted" as const } },
    })),
    yAxis: panels.map(({ scale }, gridIndex) => ({
      type: "value" as const, gridIndex, min: scale.min, max: scale.max, show: false,
    })),
    series: panels.flatMap((panel, index) => [line(panel, index, ink), values(panel, index, ink, words)]),
  };
}

function tooltip(ink: Ink): ChartOption["tooltip"] {
  return {
    trigger: "item", confine: true, backgroundColor: ink.paper, borderColor: ink.pointer, borderWidth: 1, padding: [8, 12],
    textStyle: { color: ink.text, fontFamily: "inherit", fontSize: 14 },
  };
}

function line(panel: Panel, index: number, ink: Ink) {
  return {
    type: "line" as const, xAxisIndex: index, yAxisIndex: index, data: panel.middle, connectNulls: false, symbol: "none",
    silent: true, z: 3, lineStyle: { color: ink.line, width: 2.4, join: "round" as const },
    markArea: { silent: true, data: areas(panel, ink) },
    markLine: { silent: true, symbol: "none", animation: false, label: { show: false }, data: edges(panel, ink) },
  };
}

function areas(panel: Panel, ink: Ink) {
  return panel.steppedBands.flatMap((step) => step.bands.map((band): [object, object] => {
    const ground = ink.bands[band.state];
    const color = typeof ground === "string" ? ground : { image: ground, repeat: "repeat" as const };
    return [{ xAxis: step.from, yAxis: band.low, itemStyle: { color } }, { xAxis: step.to, yAxis: band.high }];
  }));
}

function edges(panel: Panel, ink: Ink) {
  return panel.steppedBands.flatMap((step) => [
    ...step.bands.slice(1).map((band) => across(step, band.high, { color: ink.paper, width: 1.5, type: "solid" as const })),
    ...redLines(panel, step.limit.red).map((at) => across(step, at, { color: ink.red, width: 1.5, type: [7, 4] })),
  ]);
}

/** Where red alerts begin, as far as the panel reaches. */
export function redLines({ scale }: Panel, red: { low: number; high: number } | null): number[] {
  return red ? [red.high, red.low].filter((at) => at > scale.min && at < scale.max) : [];
}

function across({ from, to }: Window, at: number, lineStyle: object): [object, object] {
  return [{ coord: [from, at], lineStyle }, { coord: [to, at] }];
}

function values(panel: Panel, index: number, ink: Ink, words: Words) {
  return {
    type: "scatter" as const, xAxisIndex: index, yAxisIndex: index, z: 4, clip: false, emphasis: { scale: 1.3 },
    data: panel.shown.map((point) => ({ value: [point.at, point.value], ...symbolOf(point, ink) })), itemStyle: { opacity: 1 },
    tooltip: { formatter: (found: unknown) => words.point(panel, panel.shown[(found as { dataIndex: number }).dataIndex] as Point) },
  };
}
