import type { Episode } from "@smartbear/shared/api/decisions.ts";
import { openedWall, outcomeOf, toneOf, type ChartEvent } from "@smartbear/shared/charts/events.ts";
import type { PanelData } from "@smartbear/shared/charts/panels.ts";
import { pointsOf, stepsOf } from "@smartbear/shared/charts/points.ts";
import { MEASURES, type Measure } from "@smartbear/shared/clinical/measures.ts";
import type { Reading } from "@smartbear/shared/clinical/readings.ts";
import type { Limit } from "@smartbear/shared/clinical/state.ts";
import { offsetOf } from "@smartbear/shared/format/moments.ts";

/** No saturation is above 100 %. */
const CEILINGS: Partial<Record<Measure, number>> = { oxygen: 100 };

/** The panels of a measure; `name` and `unit` give the words of a quantity. */
export function panelData(
  measure: Measure, readings: readonly Reading[], limits: readonly Limit[], name: (key: string) => string, unit: string,
): PanelData[] {
  const { quantities, digits } = MEASURES[measure];
  const ceiling = CEILINGS[measure];
  return quantities.map((quantity) => {
    const steps = stepsOf(limits, quantity);
    const id = quantity.part ?? measure;
    return { id, title: name(id), unit, digits, steps, points: pointsOf(readings, quantity, steps), ...(ceiling === undefined ? {} : { ceiling }) };
  });
}

/** Episodes as events of the chart, on the participant's own clock. */
export function chartEvents(episodes: readonly Episode[], label: (outcome: string) => string): ChartEvent[] {
  return episodes.map((episode) => {
    const offset = offsetOf(episode.events.find((event) => event.reading)?.reading?.measured_at ?? "");
    return { id: episode.id, at: openedWall(episode, offset), tone: toneOf(episode), label: label(outcomeOf(episode)) };
  });
}

/** The device's reading that began an episode, for where it came from. */
export function readingOf(episode: Episode, readings: readonly Reading[]): Reading | undefined {
  const ids = new Set(episode.events.map((event) => event.reading?.reading_id));
  return readings.find((reading) => ids.has(reading.reading_id));
}
