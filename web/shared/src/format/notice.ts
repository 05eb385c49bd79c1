import type { InboxItem } from "../api/inbox.ts";
import type { NoticeLevel } from "../api/people.ts";
import type { State } from "../clinical/state.ts";

/** The shape a notice is drawn with. */
export function shapeOf(level: NoticeLevel): State {
  if (level === "red") return "extreme";
  return level === "notice" ? "unknown" : "threshold";
}

export type Group = "red" | "warning" | "other";

/** Where a notice stands in the inbox. */
export function groupOf(item: Pick<InboxItem, "kind" | "level">): Group {
  if (item.level === "red") return "red";
  return item.kind !== "not_delivered" && (item.level === "warning" || item.level === "repeat") ? "warning" : "other";
}

/** `200/130`: pressures as they are written. */
export const pressure = (value: { systolic: number; diastolic: number }): string =>
  `${Math.round(value.systolic)}/${Math.round(value.diastolic)}`;

/** Most urgent first: by group, then the one that waits longest. */
export function byUrgency(one: InboxItem, other: InboxItem): number {
  const order: Group[] = ["red", "warning", "other"];
  return order.indexOf(groupOf(one)) - order.indexOf(groupOf(other)) || Date.parse(one.created_at) - Date.parse(other.created_at);
}
