import type { Point } from "../../src/charts/points.ts";
import type { Reading } from "../../src/clinical/readings.ts";
import { UNJUDGED, type Limit } from "../../src/clinical/state.ts";

/** A wall clock, written as a person reads it. */
export const at = (text: string): number => Date.parse(`${text}Z`);

export const point = (text: string, value: number): Point => ({
  at: at(text), value, judgement: UNJUDGED, typed: false, readingId: text,
});

export const SYSTOLIC: Limit = {
  measure: "blood_pressure", component: "systolic", unit: "mm[Hg]", since: null, set_by: null,
  optimal: { low: 115, high: 134 }, extreme: { low: 95, high: 150 }, red: { low: 90, high: 180 },
};

export const pressure = (measured_at: string, systolic: number, diastolic: number): Reading => ({
  reading_id: measured_at, subject: "s", device_id: "d", code: "85354-9", value: null, unit: null,
  components: [{ code: "8480-6", value: systolic, unit: "mm[Hg]" }, { code: "8462-4", value: diastolic, unit: "mm[Hg]" }],
  measured_at, stored_at: null, received_at: measured_at, entry: "device", device: { id: "d", label: "BP-0917" }, batch_id: "b",
});
