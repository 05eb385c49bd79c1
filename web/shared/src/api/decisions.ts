import type { ApiClient } from "./client.ts";
import type { Limit } from "../clinical/state.ts";

export type EventKind =
  | "extreme_reading" | "repeat_asked" | "second_extreme" | "red_alert" | "normal_repeat" | "deadline_passed"
  | "out_of_range" | "recorded_late" | "read_by_participant" | "acknowledged" | "resolved";

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
  state: "awaiting_repeat" | "red" | "confirmed" | "acknowledged" | "cleared" | "no_repeat" | "closed";
  opened_at: string;
  deadline: string | null;
  events: EpisodeEvent[];
}

export const decisions = (api: ApiClient) => ({
  limits: (subject: string) => api.get<{ measures: Limit[] }>("/api/decisions/limits", { subject }),
  episodes: (subject: string, from: Date, to: Date) =>
    api.get<{ items: Episode[] }>("/api/decisions/episodes", {
      subject, from: from.toISOString(), to: to.toISOString(),
    }),
});
