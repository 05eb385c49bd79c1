import type { Agent, AuditEvent } from "@smartbear/shared/api/audit.ts";

/** Who saw or changed something: staff, other people and programs, the participant, the platform's own work. */
export type Kind = "staff" | "program" | "self" | "platform";
export interface Looker {
  key: string;
  kind: Kind;
  agent: Agent;
  /** The newest first. */
  events: AuditEvent[];
  purposes: string[];
  times: number;
  refused: number;
}

const KINDS: Kind[] = ["staff", "program", "self", "platform"];

export function kindOf({ role, username }: Agent): Kind {
  if ((role === "service" && !username) || role === "anonymous") return "platform";
  if (role === "system") return "program";
  return role === "Participant" ? "self" : "staff";
}

/** What the trail finds somebody by; empty for participants, who are told by their role alone. */
export const actorOf = (agent: Agent): string => agent.username || agent.account || (agent.role === "system" ? agent.client : agent.service);

/** A key for everybody who can be told apart; participants and the platform's parts are one each. */
function keyOf(agent: Agent): string {
  if (kindOf(agent) === "platform") return "platform";
  return `${agent.role} ${agent.account || agent.username || (agent.role === "system" ? agent.client : "")}`;
}

/** Everybody in some events: people before programs before the platform, whoever did most first. */
export function lookersIn(events: readonly AuditEvent[]): Looker[] {
  const found = new Map<string, Looker>();
  for (const event of events) {
    const key = keyOf(event.agent);
    const looker = found.get(key) ?? { key, kind: kindOf(event.agent), agent: event.agent, events: [], purposes: [], times: 0, refused: 0 };
    looker.events.push(event);
    if (!looker.purposes.includes(event.purpose)) looker.purposes.push(event.purpose);
    looker.times += event.times;
    if (event.outcome !== "0") looker.refused += event.times;
    found.set(key, looker);
  }
  return [...found.values()].sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) || other.times - one.times);
}
