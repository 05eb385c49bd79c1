import type { LocationQuery } from "vue-router";

export const FILTERS = ["status", "state", "profile"] as const;
export const SIZE = 25;

/** What a list shows, as the page's address says it. */
export interface ListQuery {
  search: string;
  status: string;
  state: string;
  profile: string;
  sort: string;
  order: "asc" | "desc";
  page: number;
}

export const DEFAULTS: ListQuery = { search: "", status: "", state: "", profile: "", sort: "flagged", order: "asc", page: 1 };

const text = (value: LocationQuery[string] | undefined): string => (typeof value === "string" ? value : "");

export function fromAddress(query: LocationQuery): ListQuery {
  return {
    search: text(query.search),
    status: text(query.status),
    state: text(query.state),
    profile: text(query.profile),
    sort: text(query.sort) || DEFAULTS.sort,
    order: query.order === "desc" ? "desc" : "asc",
    page: Math.max(1, Math.trunc(Number(text(query.page))) || 1),
  };
}

/** The address of a list: only what differs from the usual one. */
export function toAddress(list: ListQuery): Record<string, string> {
  const differing = Object.entries(list).filter(([name, value]) => value !== DEFAULTS[name as keyof ListQuery]);
  return Object.fromEntries(differing.map(([name, value]) => [name, String(value)]));
}

/** A change of what is listed leads back to the first page; turning a page does not. */
export function changed(list: ListQuery, change: Partial<ListQuery>): ListQuery {
  return { ...list, page: 1, ...change };
}
