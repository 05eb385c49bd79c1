import type { ApiClient } from "./client.ts";
import type { Role } from "./people.ts";

/** Whose doing: other people and programs, the participant's own, the platform's by itself. */
export type By = "others" | "you" | "platform";

/** What of the participant's it was about; `readings` are of several measures, `record` is whatever else. */
export type Kind =
  | "blood_pressure" | "heart_rate" | "oxygen" | "temperature" | "weight" | "steps" | "sleep" | "readings"
  | "limits" | "alerts" | "profile" | "conditions" | "medicines" | "answers" | "devices" | "consent" | "messages"
  | "account" | "trail" | "identity" | "day" | "record";

/** From v3-PurposeOfUse. */
export type Why =
  | "TREAT" | "FAMRQT" | "PATRQT" | "PATADMIN" | "HRESCH" | "PUBHLTH" | "HCOMPL" | "HSYSADMIN" | "HOPERAT";

/** Who did it; empty is what does not apply, `name` is of staff alone. */
export interface Who {
  role: Role | "system" | "service" | "anonymous";
  name: string;
  organisation: string;
  client: string;
  project: string;
  is_you: boolean;
}

/** One access to what is about the participant who asks. */
export interface SeenEvent {
  id: string;
  at: string;
  /** As in FHIR: create, read, update, delete, execute (searches are that). */
  action: "C" | "R" | "U" | "D" | "E";
  subtype: string;
  status: number;
  purpose: Why;
  source: string;
  who: Who;
  /** Kinds, each with `Type/id` of what is listed. */
  what: { kind: Kind; entities: string[] }[];
  /** How many entities are not listed, other persons' included. */
  more: number;
}

/** The newest first. */
export interface SeenPage { items: SeenEvent[]; next: string | null }

/** The most events that the platform puts on a page. */
const MOST = 200;

export const seen = (api: ApiClient) => ({
  own: (by: By, after: string | null) => api.get<SeenPage>("/api/audit/own", { by, after, limit: MOST }),
});
