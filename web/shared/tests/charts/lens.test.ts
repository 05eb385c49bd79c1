import { describe, expect, it } from "vitest";
import type { Delivery } from "../../src/api/inbox.ts";
import type { Episode } from "../../src/api/decisions.ts";
import { outcomeOf, toneOf } from "../../src/charts/events.ts";
import { lensOf, originOf } from "../../src/charts/lens.ts";
import { at, pressure } from "./fixtures.ts";

const reading = (time: string) => ({ systolic: 200, diastolic: 130, measured_at: `2026-11-17T${time}:00+02:00`, reading_id: time });
const RED: Episode = {
  id: "e", rule: { id: "HF5", version: 3, title: "" }, state: "acknowledged", opened_at: "2026-11-17T07:02:04Z", deadline: "2026-11-17T07:12:00Z",
  events: [
    { at: "2026-11-17T07:02:04Z", kind: "extreme_reading", reading: reading("09:02") },
    { at: "2026-11-17T07:02:05Z", kind: "repeat_asked" },
    { at: "2026-11-17T07:07:04Z", kind: "second_extreme", reading: reading("09:07") },
    { at: "2026-11-17T07:07:05Z", kind: "red_alert" },
    { at: "2026-11-17T07:14:00Z", kind: "acknowledged", by: "CM-07" },
  ],
};
const told = (state: Delivery["state"]): Delivery => ({ id: state, channel: "email", to: "external_case_manager", state, at: "2026-11-17T07:08:00Z", detail: null });

describe("the lens", () => {
  it("shows all moments on the participant's own clock", () => {
    expect(lensOf(RED).entries.map((entry) => entry.at)).toEqual([at("2026-11-17T09:02"), at("2026-11-17T09:07"), at("2026-11-17T09:14")]);
  });

  it("joins what the platform did to the reading that made it do so", () => {
    expect(lensOf(RED).entries.map((entry) => entry.followed)).toEqual([["repeat_asked"], ["red_alert"], []]);
  });

  it("shows how long a repeat counted", () => {
    expect(lensOf(RED).repeat).toEqual({ from: at("2026-11-17T09:02"), to: at("2026-11-17T09:12") });
  });

  it("shows what was delivered and not what failed", () => {
    const entries = lensOf(RED, [told("failed"), told("delivered")]).entries;
    expect(entries.filter((entry) => entry.kind === "delivered").map((entry) => entry.id)).toEqual(["delivered"]);
  });

  it("keeps the outcome of an episode after somebody has acknowledged it", () => {
    expect([toneOf(RED), outcomeOf(RED)]).toEqual(["extreme", "red"]);
    const calm = { ...RED, state: "closed" as const, events: [...RED.events.slice(0, 2), { at: "", kind: "normal_repeat" as const }] };
    expect([toneOf(calm), outcomeOf(calm)]).toEqual(["optimal", "cleared"]);
  });

  it("says how long a reading travelled, and never a negative time", () => {
    const late = { ...pressure("2026-11-17T09:02:00+02:00", 200, 130), received_at: "2026-11-17T07:02:09Z" };
    expect(originOf(late)).toEqual({ device: "BP-0917", typed: false, took: 9000 });
    expect(originOf({ ...late, received_at: "2026-11-17T07:01:00Z" }).took).toBe(0);
  });
});
