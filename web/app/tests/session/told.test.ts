import type { Delivery } from "@smartbear/shared/api/inbox.ts";
import { expect, test } from "vitest";
import { whoKnows } from "../../src/session/told.ts";

const way = (to: Delivery["to"], state: Delivery["state"]): Delivery =>
  ({ id: `${to}-${state}`, channel: "app", to, state, at: "2026-11-22T09:00:00Z", detail: null });

test("somebody told in two ways is named once", () => {
  expect(whoKnows([way("case_manager", "delivered"), way("case_manager", "failed")])).toEqual([{ to: "case_manager", knows: "yes" }]);
});

test("nobody is said to know before a message has arrived", () => {
  expect(whoKnows([way("case_manager", "pending"), way("case_manager", "failed")])).toEqual([{ to: "case_manager", knows: "soon" }]);
});

test("somebody whom no message reached is said not to know", () => {
  expect(whoKnows([way("external_case_manager", "failed")])).toEqual([{ to: "external_case_manager", knows: "not" }]);
});

test("the participant, who is reading it, is not counted", () => {
  expect(whoKnows([way("participant", "read")])).toEqual([]);
});
