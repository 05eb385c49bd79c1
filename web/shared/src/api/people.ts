import type { ApiClient, Query } from "./client.ts";
import type { Measure } from "../clinical/measures.ts";
import type { State } from "../clinical/state.ts";
import type { DayMark } from "../clinical/week.ts";

export type Role =
  | "Auditor" | "Caregiver" | "CCM" | "DataScientist" | "PolicyMaker" | "SysAdmin" | "Tech" | "Participant";
export type Status = "pending" | "accepted" | "risk_of_exclusion" | "withdrawn";
export type Sex = "female" | "male" | "other" | "unknown";
export type Profile = "cardiovascular" | "hearing" | "balance" | "mental" | "cognitive" | "frailty";
export type Category =
  | "smartphone" | "smartwatch" | "blood_pressure" | "scale" | "oximeter" | "thermometer" | "hearing_aids" | "sleep";
export type NoticeKind =
  | "repeat_asked" | "red_alert" | "no_repeat" | "cleared" | "reading_out_of_range" | "not_delivered";
export type NoticeLevel = "notice" | "warning" | "repeat" | "red";

export interface Named { id: string; name: string }
export interface Coded { code: string; display: string | null }

export interface Me {
  account: string;
  username: string;
  name: string;
  role: Role;
  organisation: Named | null;
  pilot: Named | null;
  participant: string | null;
  subject: string | null;
}

/** The most urgent notice about a person that is not closed. */
export interface OpenAlert {
  id: string;
  kind: NoticeKind;
  level: NoticeLevel;
  raised_at: string;
  acknowledged_at: string | null;
}

export interface Standing {
  state: State;
  measure: Measure | null;
  since: string | null;
  last_reading_at: string | null;
  alert: OpenAlert | null;
  week: DayMark[];
}

export interface Participant {
  id: string;
  subject: string;
  /** Null, with sex unknown and no profiles, once the person has withdrawn. */
  birth_month: string | null;
  age: number | null;
  sex: Sex;
  status: Status;
  profiles: Profile[];
  organisation: Named;
  pilot: Named;
  case_managers: { account: string; name: string }[];
  consent: { date: string; status: "given" | "withdrawn"; research: boolean };
  standing: Standing | null;
}

export interface Device {
  id: string;
  label: string;
  category: Category;
  status: "active" | "inactive" | "suspended";
  assigned_from: string;
  assigned_to: string | null;
  last_reading_at: string | null;
}

export interface ParticipantDetail extends Participant {
  contact: { email: string; phone: string };
  carers: { name: string; relation: string; phone: string }[];
  external_email: string | null;
  conditions: Coded[];
  devices: Device[];
}

export type Purpose = "care" | "research";
export const HOW_HEARD = ["paper", "telephone"] as const;
export type HowHeard = (typeof HOW_HEARD)[number];

/** One decision; `signed` is the day on the paper or of the call, null for the app. */
export interface Said { given: boolean; at: string; how: "app" | HowHeard; signed: string | null; note: string }

/** What holds for one purpose, and what was said about it, the newest first. */
export interface Agreement { purpose: Purpose; given: boolean; said: Said[] }

/** What a case manager enters of a paper, or of a call in which a participant withdrew. */
export interface Heard { given: boolean; signed: string; how: HowHeard; note: string }

/** A participant as technicians meet them: whom to call and which devices, nothing about health. */
export interface ReachableParticipant {
  id: string;
  organisation: Named;
  pilot: Named;
  contact: { email: string; phone: string };
  devices: Device[];
}

export interface Page<T> { items: T[]; total: number; page: number; size: number }
export interface ParticipantPage extends Page<Participant> { counts: Record<State, number> }

/** Whether a device of this kind sends readings of its own; a phone passes on what others measured. */
export const sendsReadings = (category: Category): boolean => category !== "smartphone";

const consentsOf = (id: string): string => `/api/participants/${encodeURIComponent(id)}/consents`;

export const people = (api: ApiClient) => ({
  me: () => api.get<Me>("/api/me"),
  list: (query: Query) => api.get<ParticipantPage>("/api/participants", query),
  listReachable: (query: Query) => api.get<Page<ReachableParticipant>>("/api/participants", query),
  get: (id: string) => api.get<ParticipantDetail>(`/api/participants/${encodeURIComponent(id)}`),
  consents: (id: string) => api.get<{ items: Agreement[] }>(consentsOf(id)),
  /** Answered when everybody heeds it. */
  decide: (id: string, purpose: Purpose, given: boolean) => api.put<{ items: Agreement[] }>(`${consentsOf(id)}/${purpose}`, { given }),
  /** Answered when everybody heeds it. */
  record: (id: string, purpose: Purpose, heard: Heard) => api.put<{ items: Agreement[] }>(`${consentsOf(id)}/${purpose}`, heard),
  profiles: () => api.get<{ counts: Partial<Record<Profile, number>> }>("/api/profiles"),
});
