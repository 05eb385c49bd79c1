import type { InboxItem } from "@smartbear/shared/api/inbox.ts";
import type { MeasureSummary } from "@smartbear/shared/api/measurements.ts";
import type { OpenAlert, ParticipantDetail } from "@smartbear/shared/api/people.ts";
import { MEASURES, type Measure } from "@smartbear/shared/clinical/measures.ts";
import type { Reading } from "@smartbear/shared/clinical/readings.ts";
import type { Limit } from "@smartbear/shared/clinical/state.ts";
import type { DayMark, DayState } from "@smartbear/shared/clinical/week.ts";

/** Invented data for the gallery alone, relative to the moment the page was opened. */
export const NOW = new Date();
const before = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();

export const LIMIT: Limit = {
  measure: "heart_rate", component: null, unit: "/min", optimal: { low: 55, high: 95 }, extreme: { low: 50, high: 110 },
  red: null, since: before(60 * 24 * 40), set_by: null,
};

export function week(...states: DayState[]): DayMark[] {
  return states.map((state, index) => ({ date: before(60 * 24 * (6 - index)).slice(0, 10), state }));
}

export function summary(measure: Measure, value: number | null, minutes: number): MeasureSummary {
  const { code } = MEASURES[measure];
  const shape = [72, 70, 74, 71, 69, 75, 73, null, null, 70, 72, 76, 74];
  const series = shape.flatMap((each, index) => (each === null ? [] : [{ at: before(60 * 24 * (13 - index)), value: each }]));
  if (value === null) return { measure, code, latest: null, series: [] };
  const latest: MeasureSummary["latest"] = {
    reading_id: "1", subject: "1", device_id: null, device: null, code, value, unit: "/min", components: [], batch_id: "1",
    measured_at: before(minutes), stored_at: null, received_at: before(minutes), entry: "device",
  };
  return { measure, code, latest, series: minutes > 60 * 24 ? series.slice(0, 6) : [...series, { at: before(minutes), value }] };
}

/** Thirty days of pulses with a gap, one typed in by hand, a little high one and a very high one. */
export function pulses(): Reading[] {
  const special: Record<number, number> = { 4: 101, 14: 124 };
  return Array.from({ length: 30 }, (_, day) => day).filter((day) => day < 19 || day > 21).map((day) => ({
    reading_id: `p${day}`, subject: "1", device_id: null, device: null, code: MEASURES.heart_rate.code, components: [], batch_id: "1", unit: "/min",
    value: special[day] ?? 68 + ((day * 7) % 11), measured_at: before(60 * 24 * day + 30), stored_at: null, received_at: before(60 * 24 * day),
    entry: day === 8 ? "manual" : "device",
  }));
}

export function alert(level: OpenAlert["level"], acknowledged: boolean): OpenAlert {
  const kind = level === "red" ? "red_alert" : "no_repeat";
  return { id: "1", kind, level, raised_at: before(4), acknowledged_at: acknowledged ? before(1) : null };
}

const reading = (minutes: number, systolic: number, diastolic: number) =>
  ({ reading_id: String(minutes), systolic, diastolic, measured_at: before(minutes) });

export function notice(change: Partial<InboxItem> = {}): InboxItem {
  return {
    id: "1", kind: "red_alert", level: "red", state: "pending", participant: "SB-0214", subject: "1", age: 78, sex: "female",
    conditions: [{ code: "38341003", display: "Hypertension" }], created_at: before(4), measure: "blood_pressure", episode_id: "1",
    undelivered: null, rule: { id: "HF5", version: 1 }, readings: [reading(9, 200, 130), reading(4, 200, 130)],
    limit: { systolic: 180, diastolic: 110 }, deadline: null, escalate_at: null, escalated_at: null, muted: false, deliveries: [],
    acknowledged: null, read_by_participant_at: before(2), resolved: null, ...change,
  };
}

export const WARNING = notice({ id: "2", kind: "no_repeat", level: "warning", readings: [reading(40, 182, 96)], limit: { systolic: 140, diastolic: 85 }, created_at: before(30) });
export const UNDELIVERED = notice({ id: "3", kind: "not_delivered", level: "warning", readings: [], limit: null, rule: null, created_at: before(90), undelivered: { notice_id: "2", channel: "email", to: "external_case_manager", detail: "smtp_550" } });

export const PARTICIPANT: ParticipantDetail = {
  id: "SB-0214", subject: "1", birth_month: "1948-05", age: 78, sex: "female", status: "accepted", profiles: ["cardiovascular", "hearing"],
  organisation: { id: "1", name: "Organisation" }, pilot: { id: "1", name: "Pilot" }, case_managers: [], consent: { date: "2026-10-02", status: "given", research: true },
  standing: { state: "extreme", measure: "blood_pressure", since: before(9), last_reading_at: before(4), alert: alert("red", false), week: week("optimal", "optimal", "optimal", "optimal", "optimal", "threshold", "extreme") },
  contact: { email: "", phone: "" }, carers: [], external_email: null, conditions: [{ code: "38341003", display: "Hypertension" }], devices: [],
};
