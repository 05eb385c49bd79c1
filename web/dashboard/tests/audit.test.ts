import type { Agent, AuditEvent, Checkpoints, EventPage, Verification } from "@smartbear/shared/api/audit.ts";
import { ApiError } from "@smartbear/shared/api/errors.ts";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { actorOf, kindOf, lookersIn } from "../src/pages/audit/agents.ts";
import { bucketsOf, countsIn } from "../src/pages/audit/buckets.ts";
import { DEED_ADDRESSES, deedOf, KNOWN_DEEDS } from "../src/pages/audit/deed.ts";
import { failureOf } from "../src/pages/audit/failure.ts";
import { PERIODS, spanOf } from "../src/pages/audit/period.ts";
import { personsOf } from "../src/pages/audit/persons.ts";
import { shadeOf } from "../src/pages/audit/shade.ts";
import { ACTIONS, EVERYTHING, fromAddress, OUTCOMES, participantNumber, SOURCES, SUBTYPES, toAddress, toApi } from "../src/pages/audit/trailQuery.ts";
import { latelyIn, needsOf } from "../src/pages/home/needs.ts";
import { mayOpen } from "../src/session/access.ts";

const NOW = new Date(2026, 10, 17, 12, 30);
const english = (JSON.parse(readFileSync(new URL("../src/locales/en.json", import.meta.url), "utf8")) as { audit: Record<string, Record<string, string>> }).audit;
const agent = (given: Partial<Agent>): Agent => ({ role: "CCM", username: "", account: "", client: "", service: "", project: "", organisations: [], ...given });
const event = (given: Partial<AuditEvent>): AuditEvent => ({
  id: 1, position: 0, at: NOW.toISOString(), action: "R", subtype: "read", outcome: "0", status: 200, times: 1, source: "users", address: "GET /api/me",
  purpose: "TREAT", request: "r", agent: agent({}), entities: [], more: 0, query: [], persons: [], ...given,
});
const person = (mark: string, participant = "") => ({ person: mark, participant, entities: [], query: "", is_actor: false });

test("a question survives the way into its address and back", () => {
  const asked = { ...EVERYTHING, period: "week" as const, participant: "SB-0001", kind: "sign-in", outcome: "4" };
  expect(fromAddress(toAddress(asked))).toEqual(asked);
  expect(toAddress(EVERYTHING)).toEqual({});
  expect(fromAddress({ period: "century", role: ["a", "b"] })).toEqual(EVERYTHING);
});

test("the ends of a period stand in the address of a custom one alone", () => {
  const ends = { from: "2026-11-01T00:00", until: "2026-11-02T00:00" };
  expect(toAddress({ ...EVERYTHING, ...ends })).toEqual({});
  expect(fromAddress(toAddress({ ...EVERYTHING, ...ends, period: "custom" }))).toMatchObject(ends);
});

test("a participant's number may be typed in short", () => {
  expect(["1", "sb-1", " SB-0001 ", "sb0001"].map(participantNumber)).toEqual(Array(4).fill("SB-0001"));
  expect(["", "SB-12345", "anybody"].map(participantNumber)).toEqual(["", "SB-12345", "anybody"]);
});

test("a kind of action is one of FHIR's letters or a name of its own", () => {
  expect(toApi({ ...EVERYTHING, kind: "R" }, NOW)).toMatchObject({ action: "R", subtype: "" });
  expect(toApi({ ...EVERYTHING, kind: "sign-in" }, NOW)).toMatchObject({ action: "", subtype: "sign-in" });
});

test("a period ends with today and has whole days of the viewer, the last 24 hours have 24 hours", () => {
  expect(spanOf("week", NOW).from).toEqual(new Date(2026, 10, 11));
  expect(spanOf("day", NOW).from).toEqual(new Date(2026, 10, 16, 12, 30));
  expect(spanOf("all", NOW)).toEqual({ from: null, until: null });
  expect(PERIODS.filter((period) => spanOf(period, NOW).until)).toEqual([]);
});

test("a period of one's own may be open at either end, and nonsense is open", () => {
  expect(spanOf("custom", NOW, "2026-11-01T09:00", "")).toEqual({ from: new Date(2026, 10, 1, 9), until: null });
  expect(spanOf("custom", NOW, "soon", "2026-11-01T09:00")).toEqual({ from: null, until: new Date(2026, 10, 1, 9) });
});

test.each([[1, "hour", 25], [7, "day", 8], [30, "day", 31], [91, "week", 14], [700, "month", 24]])("%i days are shown in parts of a %s", (days, unit, parts) => {
  const found = bucketsOf(new Date(NOW.getTime() - days * 86_400_000), NOW);
  expect([found.unit, found.starts.length]).toEqual([unit, parts]);
});

test("everything that happened is in one part, and what came before in none", () => {
  const found = bucketsOf(new Date(2026, 10, 11), NOW);
  const days = [new Date(2026, 10, 10, 23, 59), new Date(2026, 10, 11), new Date(2026, 10, 11, 23, 59), NOW];
  expect(countsIn(found, days)).toEqual([2, 0, 0, 0, 0, 0, 1]);
});

test("shades are thirds of the most", () => {
  expect([0, 1, 3, 4, 6, 7, 9].map((count) => shadeOf(count, 9))).toEqual(["none", "one", "one", "two", "two", "three", "three"]);
});

test("everybody who looked is told once, people before programs before the platform, whoever looked most first", () => {
  const by = (given: Partial<Agent>, rest: Partial<AuditEvent> = {}) => event({ agent: agent(given), ...rest });
  const seldom = { username: "second", account: "b" };
  const often = { username: "first", account: "a" };
  const found = lookersIn([
    by({ role: "service", client: "identity" }), by({ role: "system", client: "holobalance" }), by(seldom), by(often, { outcome: "4" }),
    by({ role: "Participant", client: "mobile" }), by(often, { purpose: "HRESCH" }), by({ role: "service", service: "cdr" }),
  ]);
  expect(found.map(({ kind, events, refused }) => [kind, events.length, refused])).toEqual([["staff", 2, 1], ["staff", 1, 0], ["program", 1, 0], ["self", 1, 0], ["platform", 2, 0]]);
  expect(found[0]?.purposes).toEqual(["TREAT", "HRESCH"]);
});

test("whoever works at the command line is somebody, and can be asked for", () => {
  const shell = agent({ role: "service", service: "operations", username: "root" });
  expect([kindOf(shell), actorOf(shell)]).toEqual(["staff", "root"]);
  expect(actorOf(agent({ role: "Participant", client: "mobile" }))).toBe("");
  expect(actorOf(agent({ role: "system", client: "holobalance" }))).toBe("holobalance");
});

test("what was done is said in words wherever there are some", () => {
  expect(deedOf(event({ address: "GET /api/participants/{participant_id}" })).key).toBe("person");
  expect(deedOf(event({ subtype: "sign-in", address: "POST /realms/smartbear" })).key).toBe("sign_in");
  expect(deedOf(event({ address: "GET unmatched", outcome: "4" })).key).toBe("nowhere");
});

test("what has no words of its own is told by its type, its address, or its name", () => {
  expect(deedOf(event({ address: "GET /fhir/Observation/{id}" }))).toEqual({ key: "did_R", what: "Observation" });
  expect(deedOf(event({ address: "job", action: "C", persons: [{ ...person("a"), entities: ["Device/1"] }] }))).toEqual({ key: "did_C", what: "Device" });
  expect(deedOf(event({ address: "GET /api/new" }))).toEqual({ key: "did_R", what: "GET /api/new" });
  expect(deedOf(event({ address: "job upkeep", action: "E", subtype: "upkeep" }))).toEqual({ key: "did_E", what: "upkeep" });
});

test("there are words for everything that is known and nothing else, and for every choice of a filter", () => {
  const words = (name: string) => Object.keys(english[name] ?? {});
  expect(words("deed").sort()).toEqual([...new Set([...KNOWN_DEEDS, ...ACTIONS.map((action) => `did_${action}`)])].sort());
  expect([...ACTIONS, ...SUBTYPES].filter((kind) => !words("kind").includes(kind))).toEqual([]);
  expect([...OUTCOMES].filter((outcome) => !words("outcome").includes(outcome))).toEqual([]);
  expect([...SOURCES].filter((source) => !words("source").includes(source))).toEqual([]);
});

test("every address that has words is one that the platform has", () => {
  const matrix = readFileSync(new URL("../../../tests/gateway/matrix.txt", import.meta.url), "utf8");
  const known = DEED_ADDRESSES.filter((address) => !address.includes(" /internal/"));
  expect(known.length).toBeGreaterThan(40);
  expect(known.filter((address) => !matrix.includes(`\n${address} `))).toEqual([]);
});

test("several of a kind that are told as one are counted", () => {
  expect(lookersIn([event({ times: 120 }), event({})]).map(({ times }) => times)).toEqual([121]);
});

test("of the persons of an event only the one who was asked for has a number", () => {
  const persons = [person("a"), person("b", "SB-0001"), person("c")];
  expect(personsOf(event({ persons }), "SB-0001")).toEqual({ named: "SB-0001", hidden: 2, first: "a" });
  expect(personsOf(event({ persons: [] }), "")).toEqual({ named: "", hidden: 0, first: "" });
});

test("a question that cannot be answered says what has to change", () => {
  const fault = (path: string) => new ApiError(422, "unprocessable", "", [{ path, code: "x", message: "x" }]);
  expect(failureOf(new ApiError(422, "too_costly", ""))).toBe("costly");
  expect([fault("participant"), new ApiError(404, "not_found", "")].map(failureOf)).toEqual(["participant", "participant"]);
  expect([fault("from"), fault("until")].map(failureOf)).toEqual(["period", "period"]);
  expect(failureOf(fault("role"))).toBe("filter");
  expect([new ApiError(503, "unavailable", ""), new Error("offline")].map(failureOf)).toEqual([null, null]);
});

const log = (...states: Checkpoints["witnesses"][number]["state"][]) =>
  ({ size: 100, waiting: 3, witnesses: states.map((state) => ({ name: state, state, size: 100, at: "" })) }) as unknown as Checkpoints;
const verified = (asked_at: string, intact = true) => ({ asked_at, report: { intact } }) as Verification;
const names = (...needs: Parameters<typeof needsOf>) => needsOf(...needs).map(({ name }) => name);

test("an intact trail that was seen and lately verified needs nobody", () => {
  expect(names({ log: log("current"), last: verified("2026-11-15T12:00:00Z") }, { items: [], next: null }, NOW)).toEqual([]);
});

test("alarms come first, and what has not been loaded is not claimed", () => {
  const refused: EventPage = { items: [event({})], next: null };
  expect(names({ log: log("unreachable", "inconsistent"), last: verified("2026-11-16T12:00:00Z", false) }, refused, NOW)).toEqual(["inconsistent", "not_intact", "silent", "refused"]);
  expect(names(null, null, NOW)).toEqual([]);
});

test("a trail that was never verified, or long ago, should be", () => {
  expect(names({ log: log(), last: null }, null, NOW)).toEqual(["never"]);
  expect(needsOf({ log: log(), last: verified("2026-11-07T12:00:00Z") }, null, NOW)).toMatchObject([{ name: "old", count: 10 }]);
});

test("how much was recorded lately is the tree after the last event before", () => {
  expect(latelyIn(log(), null)).toBe(103);
  expect(latelyIn(log(), event({ position: 89 }))).toBe(13);
});

test("auditors open the trail and nothing of anybody's health", () => {
  expect(["home", "audit"].every((page) => mayOpen("Auditor", page))).toBe(true);
  expect(["participants", "participant", "inbox", "accounts"].some((page) => mayOpen("Auditor", page))).toBe(false);
  expect((["CCM", "Tech", "SysAdmin"] as const).some((role) => mayOpen(role, "audit"))).toBe(false);
});
