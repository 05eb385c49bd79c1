import type { LocationQuery } from "vue-router";

export const SIZE = 25;
export const FILTERS = ["state", "role", "organisation"] as const;

/** Which accounts are listed, as the page's address says it. */
export interface AccountQuery { search: string; state: string; role: string; organisation: string; page: number }
export const EVERYBODY: AccountQuery = { search: "", state: "", role: "", organisation: "", page: 1 };

const text = (value: LocationQuery[string] | undefined): string => (typeof value === "string" ? value : "");

export function fromAddress(query: LocationQuery): AccountQuery {
  const page = Math.max(1, Math.trunc(Number(text(query.page))) || 1);
  return { search: text(query.search), state: text(query.state), role: text(query.role), organisation: text(query.organisation), page };
}

/** The address of a list: only what differs from everybody. */
export function toAddress(list: AccountQuery): Record<string, string> {
  const differing = Object.entries(list).filter(([name, value]) => value !== EVERYBODY[name as keyof AccountQuery]);
  return Object.fromEntries(differing.map(([name, value]) => [name, String(value)]));
}
