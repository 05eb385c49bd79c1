import { queryString, type ApiClient, type Query } from "./client.ts";
import type { Named, Role } from "./people.ts";

/** As in FHIR: create, read, update, delete, execute (searches and operations are that). */
export type AuditAction = "C" | "R" | "U" | "D" | "E";
/** Done, refused, failed. */
export type Outcome = "0" | "4" | "8";
/** `system` is a machine client, `service` the platform itself. */
export type AgentRole = Role | "system" | "service" | "anonymous";

/** Who acted. Of participants the role alone is said; empty is what does not apply. */
export interface Agent {
  role: AgentRole;
  username: string;
  account: string;
  client: string;
  service: string;
  project: string;
  /** Without a name if the organisation is no longer known. */
  organisations: Named[];
}

/** Somebody an event is about: a hash, and more only of the participant who was asked for. */
export interface AuditPerson {
  person: string;
  participant: string;
  entities: string[];
  query: string;
  is_actor: boolean;
}

export interface AuditEvent {
  id: number;
  /** Of its leaf in the tree; null before it is signed. */
  position: number | null;
  at: string;
  action: AuditAction;
  subtype: string;
  outcome: Outcome;
  status: number;
  /** More than one where several of a minute are told as one. */
  times: number;
  source: string;
  /** `GET /fhir/Observation/{id}` */
  address: string;
  /** From v3-PurposeOfUse. */
  purpose: string;
  request: string;
  agent: Agent;
  entities: string[];
  more: number;
  query: string[];
  persons: AuditPerson[];
}

export interface EventPage { items: AuditEvent[]; next: string | null }

export type WitnessState = "current" | "unreachable" | "refused" | "inconsistent";
/** A witness as it answered last, and the size of the tree that it has seen. */
export interface Witness { name: string; state: WitnessState; size: number; at: string }
export interface Checkpoint { size: number; root: string; signed_at: string; note: string; witnesses: string[] }
export interface Checkpoints {
  origin: string;
  key: string;
  witness_key: string;
  size: number;
  /** Events that are not signed yet. */
  waiting: number;
  items: Checkpoint[];
  witnesses: Witness[];
}

export type FindingKind = "changed" | "missing" | "reordered" | "inserted" | "tree" | "signature" | "witness";
export interface Finding { kind: FindingKind; event: number | null; position: number | null; checkpoint: number | null }
export interface Report {
  intact: boolean;
  events: number;
  checkpoints: number;
  witnessed: number;
  expired: number;
  waiting: number;
  counts: Partial<Record<FindingKind, number>>;
  /** The first of them; `counts` has all. */
  findings: Finding[];
}
export interface Verification {
  id: string;
  asked_by: string;
  asked_at: string;
  ended_at: string | null;
  done: number;
  total: number;
  report: Report | null;
}

/** The most events that the platform puts on a page. */
export const MOST = 200;

/** Events of several pages, the newest first, until there are no more or `most` are there. */
export async function gather(page: (after: string | null) => Promise<EventPage>, most: number): Promise<EventPage> {
  const items: AuditEvent[] = [];
  let next: string | null = null;
  do {
    const found: EventPage = await page(next);
    items.push(...found.items);
    next = found.next;
  } while (next && items.length < most);
  return { items, next };
}

/** A whole export, its last line included. @throws Error if the connection broke before it */
export async function readExport(body: ReadableStream<Uint8Array<ArrayBuffer>>, told: (bytes: number) => void): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    told((bytes += part.value.length));
  }
  const file = new Blob(parts, { type: "application/x-ndjson" });
  const last = (await file.slice(-4096).text()).trimEnd().split("\n").at(-1) ?? "";
  if (!last.startsWith('{"type":"end"')) throw new Error("The export ends before its signature.");
  return file;
}

export const audit = (api: ApiClient) => ({
  events: (query: Query) => api.get<EventPage>("/api/audit/events", query),
  checkpoints: (limit: number) => api.get<Checkpoints>("/api/audit/checkpoints", { limit }),
  /** The verification that runs already, if one does. */
  verify: () => api.post<Verification>("/api/audit/verification", {}),
  verification: (id: string) => api.get<Verification>(`/api/audit/verification/${encodeURIComponent(id)}`),
  /** The latest; null if there was none. */
  lastVerification: () => api.get<Verification | null>("/api/audit/verification"),
  /** The signed export, its bytes unread. */
  export: (query: Query) => api.fetch(`/api/audit/events.ndjson${queryString(query)}`, { headers: { accept: "application/x-ndjson" } }),
  verifier: async () => (await api.fetch("/api/audit/verifier.py", { headers: { accept: "text/plain" } })).blob(),
});
