import type { Episode } from "../api/decisions.ts";
import type { Mark } from "../clinical/state.ts";
import { wall, type Wall } from "../format/moments.ts";

/** Something that happened, in the lane below the panels. */
export interface ChartEvent {
  id: string;
  at: Wall;
  tone: Mark;
  label: string;
}

const TONES: Record<string, Mark> = {
  red: "extreme", confirmed: "threshold", awaiting_repeat: "threshold", no_repeat: "threshold", cleared: "optimal",
};

/** How an episode looks: by what it came to, also after it was acknowledged or closed. */
export function toneOf(episode: Episode): Mark {
  if (episode.events.some((event) => event.kind === "red_alert")) return "extreme";
  if (episode.events.some((event) => event.kind === "normal_repeat")) return "optimal";
  return TONES[episode.state] ?? "threshold";
}

/** The state whose word names the episode in the lane. */
export function outcomeOf(episode: Episode): "red" | "cleared" | "no_repeat" | "awaiting_repeat" | "confirmed" {
  const kinds = new Set(episode.events.map((event) => event.kind));
  if (kinds.has("red_alert")) return "red";
  if (kinds.has("normal_repeat")) return "cleared";
  if (kinds.has("second_extreme")) return "confirmed";
  return kinds.has("deadline_passed") ? "no_repeat" : "awaiting_repeat";
}

export function openedWall(episode: Episode, offset: number): Wall {
  return wall(episode.opened_at, offset);
}

export interface Placed {
  left: number;
  row: number;
}

/** Where chips stand that would like to be centred on `centres`; chips that would touch go to the next row. */
export function placeChips(centres: readonly number[], widths: readonly number[], room: number, gap = 8): Placed[] {
  const ends: number[] = [];
  return centres.map((centre, index) => {
    const width = widths[index] ?? 0;
    const left = Math.max(0, Math.min(centre - width / 2, room - width));
    const free = ends.findIndex((end) => end + gap <= left);
    const row = free < 0 ? ends.length : free;
    ends[row] = left + width;
    return { left, row };
  });
}
