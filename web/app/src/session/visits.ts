import type { Kind, SeenEvent, Who, Why } from "@smartbear/shared/api/seen.ts";

/** What was done, as the page words it; the first two came to nothing. */
export const DEEDS = ["refused", "failed", "identified", "copied", "looked", "entered", "changed", "removed", "told", "used"] as const;
export type Deed = (typeof DEEDS)[number];

/** Some of the participant's own. `number` is null where nobody counted; `more` says that there were even more. */
export interface Thing { kind: Kind; number: number | null; more: boolean }

/** What one person or program did in one go. */
export interface Visit {
  /** The same while earlier events are added. */
  key: string;
  who: Who;
  why: Why;
  from: string;
  until: string;
  deeds: { deed: Deed; things: Thing[] }[];
}

/** A day of the phone's calendar, the newest visit first. */
export interface Day { day: Date; visits: Visit[] }

/** Milliseconds of quiet after which somebody who comes again comes anew. */
export const PAUSE = 30 * 60_000;

/** What was seen, by day, then by who and in which visit; `events` are the newest first. */
export function visitsByDay(events: readonly SeenEvent[], pause = PAUSE): Day[] {
  const days = new Map<string, SeenEvent[][]>();
  const latest = new Map<string, SeenEvent[]>();
  for (const event of events) {
    const day = new Date(event.at).toDateString();
    const who = JSON.stringify([day, event.purpose, event.who]);
    const open = latest.get(who);
    const before = open?.at(-1);
    if (open && before && Date.parse(before.at) - Date.parse(event.at) <= pause) {
      open.push(event);
      continue;
    }
    const visit = [event];
    latest.set(who, visit);
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  return [...days.values()].map((visits) => ({ day: new Date(visits[0]?.[0]?.at ?? 0), visits: visits.flatMap(visitOf) }));
}

function visitOf(events: readonly SeenEvent[]): Visit[] {
  const [last, first] = [events[0], events.at(-1)];
  if (!last || !first) return [];
  const deeds = DEEDS.map((deed) => ({ deed, things: things(events.filter((event) => deedOf(event) === deed)) }));
  const { id, who, purpose, at } = last;
  return [{ key: id, who, why: purpose, from: first.at, until: at, deeds: deeds.filter((each) => each.things.length) }];
}

const NOT_ALLOWED = [401, 403, 404];
const BY_SUBTYPE: Record<string, Deed> = { $export: "copied", bundle: "entered", notification: "told" };
const BY_ACTION = { C: "entered", R: "looked", U: "changed", D: "removed", E: "looked" } as const;

/** What an access was. Whoever may not see something is told that it is not there. */
export function deedOf({ action, status, subtype, what }: SeenEvent): Deed {
  if (NOT_ALLOWED.includes(status)) return "refused";
  if (status >= 400) return "failed";
  if (what.some(({ kind }) => kind === "identity")) return "identified";
  if (what.some(({ kind }) => kind === "account")) return "used";
  return BY_SUBTYPE[subtype] ?? BY_ACTION[action];
}

const MEASURES: readonly Kind[] = ["blood_pressure", "heart_rate", "oxygen", "temperature", "weight", "steps", "sleep"];
const COUNTED: readonly Kind[] = [...MEASURES, "readings", "alerts", "conditions", "medicines", "answers", "devices"];

/** All that was dealt with, each kind once; readings of all measures are not said again for one of them. */
function things(events: readonly SeenEvent[]): Thing[] {
  const all = events.some(({ what }) => what.some(({ kind }) => kind === "readings"));
  const parts = events.flatMap(({ what, more }) => what.map(({ kind, entities }) => ({
    kind: all && MEASURES.includes(kind) ? "readings" as const : kind, entities, more: more > 0,
  })));
  return [...new Set(parts.map(({ kind }) => kind))].map((kind) => {
    const own = parts.filter((part) => part.kind === kind);
    return { kind, number: number(kind, own.map(({ entities }) => entities)), more: own.some(({ more }) => more) };
  });
}

/** How many there were, each of them once; a batch holds nobody knows how many readings. */
function number(kind: Kind, lists: readonly string[][]): number | null {
  const known = COUNTED.includes(kind) && lists.every((list) => list.length && !list.some((one) => one.startsWith("Batch/")));
  return known ? new Set(lists.flat()).size : null;
}
