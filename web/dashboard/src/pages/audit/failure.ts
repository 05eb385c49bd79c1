import { ApiError } from "@smartbear/shared/api/errors.ts";

export type Failure = "costly" | "participant" | "period" | "filter";

/** What of a question has to change before it can be answered; null if it is not the question's fault. */
export function failureOf(error: unknown): Failure | null {
  if (!(error instanceof ApiError)) return null;
  if (error.code === "too_costly") return "costly";
  if (error.status === 404 || error.faultOf("participant")) return "participant";
  if (error.faultOf("from") ?? error.faultOf("until")) return "period";
  return error.faults.length ? "filter" : null;
}
