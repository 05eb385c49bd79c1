import type { Delivery } from "@smartbear/shared/api/inbox.ts";

/** Whether somebody knows of a notice: by one way at least, not yet, or by no way. */
export type Knows = "yes" | "soon" | "not";

/** Those who were to be told besides the participant, each of them once, however many ways were tried. */
export function whoKnows(deliveries: readonly Delivery[]): { to: Delivery["to"]; knows: Knows }[] {
  const others = deliveries.filter(({ to }) => to !== "participant");
  return [...new Set(others.map(({ to }) => to))].map((to) => ({ to, knows: knowsBy(others.filter((way) => way.to === to)) }));
}

function knowsBy(ways: readonly Delivery[]): Knows {
  if (ways.some(({ state }) => state === "delivered" || state === "read")) return "yes";
  return ways.some(({ state }) => state === "pending") ? "soon" : "not";
}
