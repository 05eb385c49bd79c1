import type { Episode, EpisodeEvent, EventKind } from "../api/decisions.ts";
import type { Delivery } from "../api/inbox.ts";
import type { Reading } from "../clinical/readings.ts";
import { MINUTE, offsetOf, wall, type Wall } from "../format/moments.ts";

/** A moment of an episode: a reading and what the platform did about it, or something a person did. */
export interface LensEntry {
  id: string;
  at: Wall;
  kind: EventKind | "delivered";
  reading: { systolic: number; diastolic: number } | null;
  /** What followed in the same minute. */
  followed: EventKind[];
  by: string | null;
  delivery: Delivery | null;
}

/** The minutes around an episode. */
export interface Lens {
  from: Wall;
  to: Wall;
  /** When a repeat counted, from the question to the deadline. */
  repeat: { from: Wall; to: Wall } | null;
  entries: LensEntry[];
}

/** Minutes shown before the first moment and after the last. */
const AROUND = 2 * MINUTE;
const REACTIONS = new Set<EventKind>(["repeat_asked", "red_alert", "normal_repeat"]);

/** An episode on the clock of the person it is about. Deliveries that failed or wait are no moments. */
export function lensOf(episode: Episode, deliveries: readonly Delivery[] = []): Lens {
  const offset = offsetOf(episode.events.find((event) => event.reading)?.reading?.measured_at ?? "");
  const told = deliveries.filter((each) => each.state === "delivered").map((each) => deliveredAt(each, offset));
  const entries = [...merged(episode.events, offset), ...told].sort((one, other) => one.at - other.at);
  const asked = episode.events.find((event) => event.kind === "extreme_reading");
  const repeat = asked && episode.deadline ? { from: wall(asked.reading?.measured_at ?? asked.at, offset), to: wall(episode.deadline, offset) } : null;
  const moments = [...entries.map((entry) => entry.at), ...(repeat ? [repeat.from, repeat.to] : [])];
  return { from: Math.min(...moments) - AROUND, to: Math.max(...moments) + AROUND, repeat, entries };
}

/** Reactions join the reading they followed, within the minute. */
function merged(events: readonly EpisodeEvent[], offset: number): LensEntry[] {
  const entries: LensEntry[] = [];
  for (const event of events) {
    const at = wall(event.reading?.measured_at ?? event.at, offset);
    const last = entries.at(-1);
    if (last?.reading && REACTIONS.has(event.kind)) last.followed.push(event.kind);
    else entries.push({ id: `${event.kind}-${event.at}`, at, kind: event.kind, reading: event.reading ?? null, followed: [], by: event.by ?? null, delivery: null });
  }
  return entries;
}

function deliveredAt(delivery: Delivery, offset: number): LensEntry {
  return { id: delivery.id, at: wall(delivery.at, offset), kind: "delivered", reading: null, followed: [], by: null, delivery };
}

/** Where a reading came from and how long it took to arrive. */
export interface Origin {
  device: string | null;
  typed: boolean;
  /** Milliseconds from measuring to arriving. */
  took: number;
}

export function originOf(reading: Reading): Origin {
  return {
    device: reading.device?.label ?? null,
    typed: reading.entry === "manual",
    took: Math.max(0, Date.parse(reading.received_at) - Date.parse(reading.measured_at)),
  };
}
