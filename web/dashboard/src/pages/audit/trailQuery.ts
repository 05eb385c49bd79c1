import type { AuditAction } from "@smartbear/shared/api/audit.ts";
import type { Query } from "@smartbear/shared/api/client.ts";
import type { LocationQuery } from "vue-router";
import { PERIODS, spanOf, type Period } from "./period.ts";

/** What an auditor asks the trail, as the page's address says it; empty is whatever. */
export interface TrailQuery {
  period: Period;
  /** Of a custom period: `2026-11-17T09:00`, the viewer's clock. */
  from: string;
  until: string;
  participant: string;
  actor: string;
  role: string;
  /** A letter of `ACTIONS`, or one of `SUBTYPES`. */
  kind: string;
  outcome: string;
  source: string;
}
export const EVERYTHING: TrailQuery = {
  period: "month", from: "", until: "", participant: "", actor: "", role: "", kind: "", outcome: "", source: "",
};

export const ROLES = [
  "CCM", "Tech", "Caregiver", "Participant", "DataScientist", "PolicyMaker", "Auditor", "SysAdmin", "system", "service",
] as const;
export const ACTIONS = ["R", "E", "C", "U", "D"] as const satisfies readonly AuditAction[];
/** What is worth finding by its own name. */
export const SUBTYPES = ["sign-in", "sign-in-failed", "denied", "re-identification", "$export", "erasure", "audit-search", "audit-export"] as const;
export const OUTCOMES = ["0", "4", "8"] as const;
export const SOURCES = [
  "users", "measurements", "cdr", "decisions", "notifications", "mobile", "identity", "gateway", "assurance",
] as const;

/** The query of an address; nonsense is left out. */
export function fromAddress(query: LocationQuery): TrailQuery {
  const text = (name: keyof TrailQuery): string => (typeof query[name] === "string" ? query[name] : "");
  return {
    period: PERIODS.find((each) => each === query.period) ?? EVERYTHING.period,
    from: text("from"), until: text("until"), participant: text("participant"), actor: text("actor"),
    role: text("role"), kind: text("kind"), outcome: text("outcome"), source: text("source"),
  };
}

/** Only what differs from the usual; the ends of a period belong to a custom one alone. */
export function toAddress(query: TrailQuery): Record<string, string> {
  const said = query.period === "custom" ? query : { ...query, from: "", until: "" };
  return Object.fromEntries(Object.entries(said).filter(([name, value]) => value !== EVERYTHING[name as keyof TrailQuery]));
}

/** `sb-1`, `1` and `SB-0001` are the same participant; what is no number stays as it was typed. */
export function participantNumber(typed: string): string {
  const digits = /^(?:sb-?)?(\d{1,12})$/i.exec(typed.trim())?.[1];
  return digits ? `SB-${digits.padStart(4, "0")}` : typed.trim();
}

/** What the platform is asked; a period without an end goes up to whatever comes. */
export function toApi(query: TrailQuery, now: Date): Query {
  const { from, until } = spanOf(query.period, now, query.from, query.until);
  const isAction = ACTIONS.some((action) => action === query.kind);
  return {
    from: from?.toISOString(), until: until?.toISOString(), participant: query.participant, actor: query.actor, role: query.role,
    action: isAction ? query.kind : "", subtype: isAction ? "" : query.kind, outcome: query.outcome, source: query.source,
  };
}
