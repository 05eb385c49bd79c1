import { belongsSomewhere, type Account, type AccountChange } from "@smartbear/shared/api/accounts.ts";
import { ApiError } from "@smartbear/shared/api/errors.ts";

/** An account's fields as they stand in a form; no organisation is the empty text. */
export interface AccountFields {
  username: string;
  given_name: string;
  family_name: string;
  email: string;
  role: string;
  organisation: string;
  project: string;
}
export type Field = keyof AccountFields;

export const EMPTY: AccountFields = { username: "", given_name: "", family_name: "", email: "", role: "", organisation: "", project: "" };

/** The fields a role has: only data scientists work for a project. */
export const fieldsFor = (role: string, fields: readonly Field[]): Field[] =>
  fields.filter((field) => field !== "project" || role === "DataScientist");

const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/;
const PROJECT = /^([a-z][a-z0-9-]{1,39})?$/;
const EMAIL = /^[^@\s]+@[^@\s]+$/;

/** An account as a form shows it; whoever waits is offered the organisation wished for. */
export function fieldsOf(account: Account): AccountFields {
  return {
    username: account.username,
    given_name: account.given_name,
    family_name: account.family_name,
    email: account.email ?? "",
    role: account.role,
    organisation: account.organisation ?? account.wished_organisation ?? "",
    project: account.project ?? "",
  };
}

/** The fields that cannot be sent as they are. */
export function faultyFields(form: AccountFields, fields: readonly Field[]): Field[] {
  const good: Record<Field, boolean> = {
    username: USERNAME.test(form.username.trim()),
    given_name: form.given_name.trim() !== "",
    family_name: form.family_name.trim() !== "",
    email: EMAIL.test(form.email.trim()),
    role: form.role !== "",
    organisation: form.organisation !== "" || !belongsSomewhere(form.role),
    project: PROJECT.test(form.project.trim()),
  };
  return fieldsFor(form.role, fields).filter((field) => !good[field]);
}

/** The fields the platform did not take; a name that is taken is one. */
export function refusedFields(error: unknown): Field[] {
  if (!(error instanceof ApiError)) return [];
  if (error.status === 409) return ["username"];
  return (Object.keys(EMPTY) as Field[]).filter((field) => error.faultOf(field) !== null);
}

/** What differs from the account as it was, as the platform wants it. */
export function changesOf(account: Account, form: AccountFields): AccountChange {
  const before = { ...fieldsOf(account), organisation: account.organisation ?? "" };
  const fields = fieldsFor(form.role, Object.keys(form) as Field[]).filter((field) => field !== "username" && form[field].trim() !== before[field]);
  return Object.fromEntries(fields.map((field) => [field, form[field].trim() || null])) as AccountChange;
}
