import type { AuditEvent } from "@smartbear/shared/api/audit.ts";

/** Whom an event is about: the participant who was asked for, how many others, and the mark of the first of these. */
export interface Persons { named: string; hidden: number; first: string }

export function personsOf({ persons }: AuditEvent, participant: string): Persons {
  const isNamed = participant !== "" && persons.some((person) => person.participant === participant);
  const hidden = persons.filter((person) => !person.participant);
  return { named: isNamed ? participant : "", hidden: hidden.length, first: hidden[0]?.person ?? "" };
}
