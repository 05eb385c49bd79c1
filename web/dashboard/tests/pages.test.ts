import type { Account } from "@smartbear/shared/api/accounts.ts";
import { ApiError, OfflineError } from "@smartbear/shared/api/errors.ts";
import type { InboxItem } from "@smartbear/shared/api/inbox.ts";
import type { Agreement, Device, Heard, ReachableParticipant, Standing } from "@smartbear/shared/api/people.ts";
import { expect, test } from "vitest";
import { changesOf, EMPTY, faultyFields, fieldsOf, refusedFields } from "../src/pages/accounts/accountForm.ts";
import { EVERYBODY, fromAddress as accountsAt, toAddress as accountsAddress } from "../src/pages/accounts/accountQuery.ts";
import { levelOf } from "../src/pages/home/level.ts";
import { silentDevices } from "../src/pages/home/silent.ts";
import { inOrder } from "../src/pages/inbox/order.ts";
import { storyOf } from "../src/pages/inbox/story.ts";
import { decisive, failureOf, faultyFields as faultyConsent, refusedFields as refusedConsent } from "../src/pages/participant/consentForm.ts";
import { edgeOf } from "../src/pages/participants/edge.ts";
import { changed, DEFAULTS, fromAddress, toAddress } from "../src/pages/participants/listQuery.ts";
import { mayOpen } from "../src/session/access.ts";

const NOW = new Date("2026-11-17T12:00:00Z");
const standing = (state: Standing["state"], level?: "red" | "warning") =>
  ({ state, alert: level ? { level } : null }) as Standing;

test("an address without anything is the usual list, and the usual list needs no address", () => {
  expect(fromAddress({})).toEqual(DEFAULTS);
  expect(toAddress(DEFAULTS)).toEqual({});
});

test("a list survives the way into its address and back", () => {
  const list = { ...DEFAULTS, search: "SB-02", state: "extreme", order: "desc" as const, page: 3 };
  expect(fromAddress(toAddress(list))).toEqual(list);
});

test("nonsense in an address is not taken over", () => {
  expect(fromAddress({ page: "-4", order: "sideways", state: ["a", "b"] })).toEqual(DEFAULTS);
});

test("a new filter starts at the first page", () => {
  expect(changed({ ...DEFAULTS, page: 4 }, { state: "extreme" }).page).toBe(1);
  expect(changed({ ...DEFAULTS, page: 4 }, { page: 5 }).page).toBe(5);
});

test("the edge of a row says its alert before its state", () => {
  expect(edgeOf(standing("optimal", "red"))).toBe("red");
  expect(edgeOf(standing("extreme", "warning"))).toBe("threshold");
  expect(edgeOf(standing("extreme"))).toBe("red");
  expect(edgeOf(standing("optimal"))).toBeNull();
  expect(edgeOf(null)).toBe("unknown");
});

test("shares have three shades, and nothing is none", () => {
  expect([null, 0, 0.2, 0.6, 0.9, 0.91].map(levelOf)).toEqual(["none", "none", "one", "two", "two", "three"]);
});

test("silent devices are told longest silence first, and phones are not expected to speak", () => {
  const device = (id: string, last: string | null, category: Device["category"] = "scale") =>
    ({ id, category, assigned_to: null, last_reading_at: last }) as Device;
  const devices = [device("never", null), device("week", "2026-11-10T12:00:00Z"), device("today", "2026-11-17T11:00:00Z"), device("month", "2026-10-17T12:00:00Z"), device("phone", null, "smartphone")];
  const found = silentDevices([{ devices } as ReachableParticipant], NOW);
  expect(found.map(({ device: { id }, silence }) => [id, silence])).toEqual([["month", "long_silent"], ["week", "silent"], ["never", "never"]]);
});

test("what was done about a notice is told in the order it happened", () => {
  const item = {
    read_by_participant_at: "2026-11-17T09:09:00Z",
    acknowledged: { by: "a", name: "CM", at: "2026-11-17T09:05:00Z", action: "called_participant", note: null },
    resolved: { by: null, name: null, at: "2026-11-17T10:00:00Z", outcome: "repeat_normal", note: null },
  } as InboxItem;
  expect(storyOf(item).map(({ key }) => key)).toEqual(["inbox.ack_by", "inbox.read", "inbox.closed_itself"]);
});

test("closed notices are told newest first", () => {
  const items = ["2026-11-15T09:00:00Z", "2026-11-17T09:00:00Z"].map((created_at) => ({ created_at, level: "red", kind: "red_alert" }) as InboxItem);
  expect(inOrder(items, "closed")[0]).toBe(items[1]);
  expect(inOrder(items, "open")[0]).toBe(items[0]);
});

const asking = {
  username: "new_user", given_name: "New", family_name: "User", email: "new.user@demo.invalid", role: "", organisation: null, wished_organisation: "o-1", project: null,
} as Account;
const form = { ...fieldsOf(asking), role: "CCM" };

test("whoever asks for an account is offered the organisation wished for, and approving says so", () => {
  expect(fieldsOf(asking).organisation).toBe("o-1");
  expect(changesOf(asking, form)).toEqual({ role: "CCM", organisation: "o-1" });
});

test("only what differs is changed, and an organisation can be taken away", () => {
  const account = { ...asking, role: "CCM", organisation: "o-1" } as Account;
  expect(changesOf(account, fieldsOf(account))).toEqual({});
  expect(changesOf(account, { ...fieldsOf(account), role: "Auditor", organisation: "", family_name: " Other " }))
    .toEqual({ role: "Auditor", organisation: null, family_name: "Other" });
});

test("a form says which fields cannot be sent, and an organisation is wanted of those who work in one", () => {
  const fields = ["username", "given_name", "family_name", "email", "role", "organisation"] as const;
  expect(faultyFields(EMPTY, fields)).toEqual(["username", "given_name", "family_name", "email", "role"]);
  expect(faultyFields({ ...form, organisation: "" }, fields)).toEqual(["organisation"]);
  expect(faultyFields({ ...form, role: "Auditor", organisation: "" }, fields)).toEqual([]);
  expect(faultyFields({ ...form, username: "a b", email: "nobody" }, fields)).toEqual(["username", "email"]);
  expect(faultyFields(EMPTY, ["role"])).toEqual(["role"]);
});

test("only a data scientist works for a project", () => {
  const account = { ...asking, role: "DataScientist", project: "holobalance" } as Account;
  expect(changesOf(account, { ...fieldsOf(account), project: "smart4health" })).toMatchObject({ project: "smart4health" });
  expect(changesOf(account, { ...fieldsOf(account), role: "Auditor", project: "x" })).not.toHaveProperty("project");
  expect(faultyFields({ ...fieldsOf(account), project: "Two words" }, ["project"])).toEqual(["project"]);
  expect(faultyFields({ ...fieldsOf(account), role: "Auditor", project: "Two words" }, ["project"])).toEqual([]);
});

test("what the platform refuses is said at its field", () => {
  const fault = (path: string) => new ApiError(422, "unprocessable", "", [{ path, code: "x", message: "x" }]);
  expect(refusedFields(fault("organisation"))).toEqual(["organisation"]);
  expect(refusedFields(fault("elsewhere"))).toEqual([]);
  expect(refusedFields(new ApiError(409, "conflict", ""))).toEqual(["username"]);
  expect(refusedFields(new Error("offline"))).toEqual([]);
});

test("a list of accounts survives the way into its address and back", () => {
  const list = { search: "new", state: "approval", role: "CCM", organisation: "o-1", page: 2 };
  expect(accountsAt(accountsAddress(list))).toEqual(list);
  expect(accountsAddress(EVERYBODY)).toEqual({});
  expect(accountsAt({ page: "-1", state: ["a", "b"] })).toEqual(EVERYBODY);
});

test("administrators open accounts and no participant", () => {
  expect(["home", "accounts"].every((page) => mayOpen("SysAdmin", page))).toBe(true);
  expect(["participants", "participant", "inbox"].some((page) => mayOpen("SysAdmin", page))).toBe(false);
  expect(["CCM", "Tech", "Auditor"].some((role) => mayOpen(role as "CCM", "accounts"))).toBe(false);
});

test("technicians open no page with clinical values", () => {
  expect(["home", "participants"].every((page) => mayOpen("Tech", page))).toBe(true);
  expect(["participant", "inbox"].some((page) => mayOpen("Tech", page))).toBe(false);
  expect(mayOpen("Auditor", "participants")).toBe(false);
});

const heard: Heard = { given: false, signed: "2026-11-17", how: "telephone", note: "" };
const answer = (status: number, path?: string) =>
  new ApiError(status, "x", "", path ? [{ path, code: "x", message: "x" }] : []);

test("a decision has the day of its paper or call, which is not in the future", () => {
  expect(faultyConsent(heard, "2026-11-17")).toEqual([]);
  expect(faultyConsent({ ...heard, signed: "2026-11-18" }, "2026-11-17")).toEqual(["signed"]);
  expect(faultyConsent({ ...heard, signed: "", note: "x".repeat(201) }, "2026-11-17")).toEqual(["signed", "note"]);
});

test("consent is not given by telephone", () => {
  expect(faultyConsent({ ...heard, given: true }, "2026-11-17")).toEqual(["how"]);
  expect(faultyConsent({ ...heard, given: true, how: "paper" }, "2026-11-17")).toEqual([]);
});

test("what is wrong with a decision is said at its field, and the rest in words", () => {
  expect(refusedConsent(answer(422, "signed"))).toEqual(["signed"]);
  expect(refusedConsent(answer(422, "elsewhere"))).toEqual([]);
  expect([403, 404, 422, 500, 503].map((status) => failureOf(answer(status)))).toEqual(["refused", "refused", "failed", "failed", "not_heeded"]);
  expect([new OfflineError("x"), new Error("x")].map(failureOf)).toEqual(["offline", "failed"]);
});

test("since when a consent holds is told by the newest decision that says the same", () => {
  const said = [true, false, true].map((given, i) => ({ given, at: `2026-11-0${3 - i}T09:00:00Z`, how: "app" as const, signed: null, note: "" }));
  const agreement = (given: boolean): Agreement => ({ purpose: "care", given, said });
  expect([true, false].map((given) => decisive(agreement(given))?.at)).toEqual(["2026-11-03T09:00:00Z", "2026-11-02T09:00:00Z"]);
  expect(decisive({ ...agreement(true), said: [] })).toBeUndefined();
});

test("only case managers open a participant's consent", () => {
  expect(["CCM", "Tech", "Auditor", "SysAdmin"].filter((role) => mayOpen(role as "CCM", "participant"))).toEqual(["CCM"]);
});
