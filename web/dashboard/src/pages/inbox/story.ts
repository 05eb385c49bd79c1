import type { InboxItem } from "@smartbear/shared/api/inbox.ts";
import type { IconName } from "@smartbear/shared/icons/icons.ts";

/** Something that was done about a notice; `codes` is the group of words its code belongs to. */
export interface Step {
  at: string;
  icon: IconName;
  key: string;
  name: string;
  codes: "done" | "outcome";
  code: string | null;
  note: string | null;
}

/** What was done about a notice, in the order it happened. */
export function storyOf({ read_by_participant_at: read, acknowledged, resolved }: InboxItem): Step[] {
  const steps: Step[] = [];
  if (read) steps.push({ at: read, icon: "eye", key: "inbox.read", name: "", codes: "done", code: null, note: null });
  if (acknowledged) {
    const { at, name, action, note } = acknowledged;
    steps.push({ at, icon: "checks", key: "inbox.ack_by", name, codes: "done", code: action, note });
  }
  if (resolved) {
    const { at, name, outcome, note } = resolved;
    const key = name ? "inbox.closed_by" : "inbox.closed_itself";
    steps.push({ at, icon: "checkCircle", key, name: name ?? "", codes: "outcome", code: outcome, note });
  }
  return steps.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
