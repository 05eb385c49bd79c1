import type { AuditEvent, Checkpoints, EventPage, Verification } from "@smartbear/shared/api/audit.ts";
import type { State } from "@smartbear/shared/clinical/state.ts";
import { DAY } from "@smartbear/shared/format/moments.ts";

/** Something an auditor should look at: `name` is a message under `audit.need`. */
export interface Need { name: string; state: State; count: number; to: { name: string; query?: Record<string, string> } }
export interface Proof { log: Checkpoints; last: Verification | null }

/** Days after which a verification is called old. */
const OLD = 7;
const PROOF = { name: "proof" };
const REFUSED = { name: "audit", query: { period: "day", outcome: "4" } };

/** Events since an instant: all that have no place in the tree yet, or one after the last `before` it. */
export const latelyIn = (log: Checkpoints, before: AuditEvent | null): number =>
  log.size + log.waiting - (before ? (before.position ?? log.size) + 1 : 0);

function ofWitnesses({ witnesses }: Checkpoints): Need[] {
  const silent = witnesses.filter(({ state }) => state === "unreachable" || state === "refused").length;
  return [
    ...(witnesses.some(({ state }) => state === "inconsistent") ? [{ name: "inconsistent", state: "extreme", count: 0, to: PROOF } as const] : []),
    ...(silent ? [{ name: "silent", state: "threshold", count: silent, to: PROOF } as const] : []),
  ];
}

function ofVerification(last: Verification | null, now: Date): Need[] {
  if (!last) return [{ name: "never", state: "threshold", count: 0, to: PROOF }];
  if (last.report && !last.report.intact) return [{ name: "not_intact", state: "extreme", count: 0, to: PROOF }];
  const days = Math.floor((now.getTime() - Date.parse(last.asked_at)) / DAY);
  return days >= OLD ? [{ name: "old", state: "threshold", count: days, to: PROOF }] : [];
}

/** What waits, alarms first; of what has not been loaded nothing is said. */
export function needsOf(proof: Proof | null, refused: EventPage | null, now: Date): Need[] {
  const needs = proof ? [...ofWitnesses(proof.log), ...ofVerification(proof.last, now)] : [];
  const tried = refused?.items.length ?? 0;
  if (tried) needs.push({ name: refused?.next ? "refused_more" : "refused", state: "threshold", count: tried, to: REFUSED });
  return needs.sort((one, other) => Number(other.state === "extreme") - Number(one.state === "extreme"));
}
