import type { Standing } from "@smartbear/shared/api/people.ts";

/** The left edge of a row: what its open alert, otherwise its state says; nothing when all is well. */
export function edgeOf(standing: Standing | null): "red" | "threshold" | "unknown" | null {
  if (standing?.alert) return standing.alert.level === "red" ? "red" : "threshold";
  if (!standing || standing.state === "unknown") return "unknown";
  if (standing.state === "extreme") return "red";
  return standing.state === "threshold" ? "threshold" : null;
}
