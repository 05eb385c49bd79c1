import type { Episode } from "@smartbear/shared/api/decisions.ts";
import type { MeasureSummary } from "@smartbear/shared/api/measurements.ts";
import { outcomeOf, toneOf } from "@smartbear/shared/charts/events.ts";
import type { Mark } from "@smartbear/shared/clinical/state.ts";
import { DAY, offsetOf, startOfDay, wall, type Wall } from "@smartbear/shared/format/moments.ts";

/** Something worth knowing about the last weeks; the words are the component's. */
export type Happening =
  | { kind: "episode"; id: string; at: Wall; tone: Mark; outcome: ReturnType<typeof outcomeOf>; episode: Episode }
  | { kind: "weight"; id: string; at: Wall; tone: Mark; change: number; days: number }
  | { kind: "gap"; id: string; at: Wall; tone: Mark; days: number; from: Wall; to: Wall };

/** A change of weight that heart failure guidance asks to report: more than 2 kg in three days (ESC 2021). */
const WEIGHT_CHANGE = 2;
const WEIGHT_DAYS = 3;
const GAP_DAYS = 2;

/** Episodes, quick changes of weight and days without blood pressure, the newest first. */
export function happenings(episodes: readonly Episode[], measures: readonly MeasureSummary[], now: Wall): Happening[] {
  const series = (name: string) => measures.find((each) => each.measure === name)?.series ?? [];
  return [...episodes.map(episodeOf), ...weightChange(series("weight")), ...gaps(series("blood_pressure"), now)]
    .sort((one, other) => other.at - one.at);
}

function episodeOf(episode: Episode): Happening {
  const offset = offsetOf(episode.events.find((event) => event.reading)?.reading?.measured_at ?? "");
  const last = episode.events.at(-1)?.at ?? episode.opened_at;
  return { kind: "episode", id: episode.id, at: wall(last, offset), tone: toneOf(episode), outcome: outcomeOf(episode), episode };
}

function weightChange(series: MeasureSummary["series"]): Happening[] {
  const last = series.at(-1);
  if (!last) return [];
  const at = wall(last.at);
  const before = series.find((point) => startOfDay(at) - startOfDay(wall(point.at)) <= WEIGHT_DAYS * DAY && point !== last);
  if (!before) return [];
  const change = last.value - before.value;
  const days = Math.round((startOfDay(at) - startOfDay(wall(before.at))) / DAY);
  return Math.abs(change) > WEIGHT_CHANGE ? [{ kind: "weight", id: "weight", at, tone: "threshold", change, days }] : [];
}

function gaps(series: MeasureSummary["series"], now: Wall): Happening[] {
  const days = series.map((point) => startOfDay(wall(point.at)));
  return days.flatMap((day, index): Happening[] => {
    const [from, to] = [day + DAY, days[index + 1] ?? startOfDay(now)];
    const empty = Math.round((to - from) / DAY);
    return empty >= GAP_DAYS ? [{ kind: "gap", id: `gap-${from}`, at: to - 1, tone: "unknown", days: empty, from, to: to - DAY }] : [];
  });
}
