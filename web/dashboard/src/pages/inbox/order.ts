import type { Box, InboxItem } from "@smartbear/shared/api/inbox.ts";
import { byUrgency } from "@smartbear/shared/format/notice.ts";

/** Open notices by urgency, the longest waiting first; those that are dealt with newest first. */
export function inOrder(items: readonly InboxItem[], box: Box): InboxItem[] {
  if (box === "open") return [...items].sort(byUrgency);
  return [...items].sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at));
}
