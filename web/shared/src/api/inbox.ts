import type { ApiClient } from "./client.ts";
import type { Coded, NoticeKind, NoticeLevel, Page, Sex } from "./people.ts";

export type Box = "open" | "acknowledged" | "closed";
export type Action = "called_participant" | "called_emergency" | "arranged_visit" | "reading_wrong";
export type Outcome = "treated_at_home" | "seen_by_doctor" | "taken_to_hospital" | "false_reading";

export interface ShownReading { reading_id: string; systolic: number; diastolic: number; measured_at: string }
export interface Delivery {
  id: string;
  channel: "app" | "dashboard" | "email";
  to: "participant" | "case_manager" | "external_case_manager";
  state: "pending" | "delivered" | "read" | "failed";
  at: string;
  detail: string | null;
}

/** A notice as one of its recipients sees it; `state` is that recipient's. */
export interface InboxItem {
  id: string;
  kind: NoticeKind;
  level: NoticeLevel;
  state: "pending" | "acknowledged" | "resolved";
  participant: string;
  subject: string;
  age: number;
  sex: Sex;
  conditions: Coded[];
  created_at: string;
  measure: string | null;
  episode_id: string | null;
  undelivered: { notice_id: string; channel: Delivery["channel"]; to: Delivery["to"]; detail: string } | null;
  rule: { id: string; version: number } | null;
  readings: ShownReading[];
  limit: { systolic: number; diastolic: number } | null;
  deadline: string | null;
  escalate_at: string | null;
  escalated_at: string | null;
  muted: boolean;
  deliveries: Delivery[];
  acknowledged: { by: string | null; name: string; at: string; action: string | null; note: string | null } | null;
  read_by_participant_at: string | null;
  resolved: { by: string | null; name: string | null; at: string; outcome: string; note: string | null } | null;
}

export interface InboxCounts {
  open: { red: number; warning: number; other: number };
  acknowledged: number;
  closed: number;
}
export interface InboxPage extends Page<InboxItem> { counts: InboxCounts }

/** What the live stream says of a notice that is new or has changed. */
export interface NoticeSignal {
  id: string;
  kind: NoticeKind;
  level: NoticeLevel;
  state: InboxItem["state"];
  participant: string;
  at: string;
}

export const STREAM = "/api/inbox/stream";

export const inbox = (api: ApiClient) => ({
  list: (box: Box, page = 1, size = 50) => api.get<InboxPage>("/api/inbox", { box, page, size }),
  get: (id: string) => api.get<InboxItem>(`/api/inbox/${encodeURIComponent(id)}`),
  acknowledge: (id: string, action: string | null, note: string) =>
    api.post<InboxItem>(`/api/inbox/${encodeURIComponent(id)}/acknowledge`, given({ action, note })),
  resolve: (id: string, outcome: string, note: string) =>
    api.post<InboxItem>(`/api/inbox/${encodeURIComponent(id)}/resolve`, given({ outcome, note })),
});

/** Without what was left empty: the platform takes a field that is there as an answer. */
function given(form: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(form).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
