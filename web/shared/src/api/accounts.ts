import type { ApiClient, Query } from "./client.ts";
import type { Named, Page, Role } from "./people.ts";

export type StaffRole = Exclude<Role, "Participant">;
export const STAFF_ROLES = ["CCM", "Tech", "Caregiver", "DataScientist", "PolicyMaker", "Auditor", "SysAdmin"] as const satisfies readonly StaffRole[];
export const ACCOUNT_STATES = ["approval", "email", "active", "disabled"] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** An account of staff as administrators see it; organisation and pilot are ids. */
export interface Account {
  id: string;
  username: string;
  given_name: string;
  family_name: string;
  name: string;
  email: string | null;
  /** Empty until an administrator has given one. */
  role: StaffRole | "";
  organisation: string | null;
  pilot: string | null;
  /** Whose pseudonymised data a data scientist reads. */
  project: string | null;
  state: AccountState;
  wished_organisation: string | null;
  created_at: string | null;
  /** When its address refused a letter for good; null once another has arrived, or for another address. */
  letter_refused_at: string | null;
}

export interface NewAccount {
  username: string;
  given_name: string;
  family_name: string;
  email: string;
  role: StaffRole;
  organisation: string | null;
  project: string | null;
  language: string;
}

export type AccountChange = Partial<Pick<NewAccount, "given_name" | "family_name" | "email" | "role" | "organisation" | "project">>;
export interface AccountPage extends Page<Account> { counts: Partial<Record<AccountState, number>> }
export interface Organisation extends Named { pilot: Named }

/** Roles that are nothing without an organisation. */
export const belongsSomewhere = (role: string): boolean => role === "CCM" || role === "Tech";

const of = (id: string): string => `/api/accounts/${encodeURIComponent(id)}`;

export const accounts = (api: ApiClient) => ({
  list: (query: Query) => api.get<AccountPage>("/api/accounts", query),
  get: (id: string) => api.get<Account>(of(id)),
  add: (account: NewAccount) => api.post<Account>("/api/accounts", account),
  change: (id: string, change: AccountChange) => api.patch<Account>(of(id), change),
  enable: (id: string, enabled: boolean) => api.put<Account>(`${of(id)}/enabled`, { enabled }),
  sendReset: (id: string) => api.post<void>(`${of(id)}/reset`, {}),
  removeFactors: (id: string) => api.delete(`${of(id)}/factors`),
  delete: (id: string) => api.delete(of(id)),
  projects: async () => (await api.get<{ items: string[] }>("/api/projects")).items,
  organisations: async () => (await api.get<{ items: Organisation[] }>("/api/organisations")).items,
});
