import type { ApiClient } from "./client.ts";
import type { Measure } from "./measurements.ts";

export interface Range { low: number | null; high: number | null }

/** A person's own limits for one measure, or one component of it. */
export interface Limit {
  measure: Measure;
  component: "systolic" | "diastolic" | null;
  unit: string;
  optimal: Range;
  extreme: Range;
  red: Range | null;
  since: string;
  set_by: string | null;
}

export type EventKind =
  | "extreme_reading" | "repeat_asked" | "second_extreme" | "red_alert" | "normal_repeat" | "deadline_passed"
  | "read_by_participant" | "acknowledged" | "resolved";

export interface EpisodeEvent {
  at: string;
  kind: EventKind;
  reading?: { systolic: number; diastolic: number; measured_at: string; reading_id: string } | null;
  by?: string | null;
}

/** What followed from one extreme reading, until somebody or something closed it. */
export interface Episode {
  id: string;
  rule: { id: string; version: number; title: string };
  state: "awaiting_repeat" | "red" | "acknowledged" | "cleared" | "no_repeat" | "closed";
  opened_at: string;
  deadline: string | null;
  events: EpisodeEvent[];
}

export const decisions = (api: ApiClient) => ({
  limits: (subject: string) => api.get<{ measures: Limit[] }>("/api/decisions/limits", { subject }),
  episodes: (subject: string, from: Date, to: Date) =>
    api.get<{ items: Episode[] }>("/api/decisions/episodes", { subject, from: from.toISOString(), to: to.toISOString() }),
});
