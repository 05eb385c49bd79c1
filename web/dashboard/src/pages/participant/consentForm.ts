import { ApiError, OfflineError } from "@smartbear/shared/api/errors.ts";
import type { Agreement, Heard, Said } from "@smartbear/shared/api/people.ts";

const NOTE_LENGTH = 200;
const FIELDS = ["how", "signed", "note"] as const;
export type Field = (typeof FIELDS)[number];
export type Failure = "offline" | "refused" | "not_heeded" | "failed";

/** What cannot be sent as it is; `today` is a day such as 2026-11-17. */
export function faultyFields(form: Heard, today: string): Field[] {
  const bad: Record<Field, boolean> = {
    how: form.given && form.how === "telephone",
    signed: !form.signed || form.signed > today,
    note: form.note.trim().length > NOTE_LENGTH,
  };
  return FIELDS.filter((field) => bad[field]);
}

/** The fields the platform did not take. */
export const refusedFields = (error: unknown): Field[] =>
  error instanceof ApiError ? FIELDS.filter((field) => error.faultOf(field) !== null) : [];

/** Why nothing was recorded; of `not_heeded` it was, but not everybody knows yet. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OfflineError) return "offline";
  if (!(error instanceof ApiError)) return "failed";
  if (error.status === 503) return "not_heeded";
  return error.status === 403 || error.status === 404 ? "refused" : "failed";
}

/** The decision that made it as it is now; none where a record of another program says so. */
export const decisive = ({ given, said }: Agreement): Said | undefined => said.find((each) => each.given === given);
