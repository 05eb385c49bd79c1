import type { InboxItem } from "@smartbear/shared/api/inbox.ts";
import type { NewReading } from "@smartbear/shared/api/measurements.ts";
import { MEASURES, type Measure, type Quantity } from "@smartbear/shared/clinical/measures.ts";

/** What can be typed in, in the order it is offered. */
export const TYPED = ["blood_pressure", "heart_rate", "oxygen", "temperature", "weight"] as const satisfies readonly Measure[];
export type Typed = (typeof TYPED)[number];

/** Values a living person can have; the platform's measurement filter has the last word. */
const PLAUSIBLE: Record<string, { low: number; high: number }> = {
  systolic: { low: 50, high: 300 },
  diastolic: { low: 20, high: 200 },
  heart_rate: { low: 20, high: 250 },
  oxygen: { low: 50, high: 100 },
  temperature: { low: 30, high: 45 },
  weight: { low: 25, high: 300 },
};

export type Fault = "missing" | "not_a_number" | "implausible" | "crossed";

export function nameOf(quantity: Quantity): string {
  return quantity.part ?? quantity.measure;
}

export function plausible(quantity: Quantity): { low: number; high: number } {
  return PLAUSIBLE[nameOf(quantity)] ?? { low: 0, high: Infinity };
}

/** A number as people type it, with a comma or a point; NaN if it is none. */
export function numberIn(text: string): number {
  const tidy = text.trim().replace(",", ".");
  return /^\d+(\.\d+)?$/.test(tidy) ? Number(tidy) : NaN;
}

/** What is wrong with each field, by the quantity's name; empty when all is well. */
export function faultsIn(measure: Measure, texts: Record<string, string>): Record<string, Fault> {
  const faults: Record<string, Fault> = {};
  for (const quantity of MEASURES[measure].quantities) {
    const fault = faultOf(quantity, texts[nameOf(quantity)] ?? "");
    if (fault) faults[nameOf(quantity)] = fault;
  }
  const crossed = numberIn(texts.diastolic ?? "") >= numberIn(texts.systolic ?? "");
  if (!Object.keys(faults).length && crossed) faults.diastolic = "crossed";
  return faults;
}

function faultOf(quantity: Quantity, text: string): Fault | null {
  if (!text.trim()) return "missing";
  const value = numberIn(text);
  if (Number.isNaN(value)) return "not_a_number";
  const { low, high } = plausible(quantity);
  return value < low || value > high ? "implausible" : null;
}

/** A reading as it is sent, from texts without faults. */
export function readingOf(
  measure: Measure, texts: Record<string, string>, entry: NewReading["entry"], at: Date,
): NewReading {
  const { code, unit, quantities } = MEASURES[measure];
  const values = quantities.map((quantity) => ({ quantity, value: numberIn(texts[nameOf(quantity)] ?? "") }));
  const common = { code, measured_at: withOffset(at), entry };
  if (quantities.length === 1) return { ...common, value: values[0]?.value ?? NaN, unit };
  const components = values.map(({ quantity, value }) => ({ code: quantity.code ?? "", value, unit }));
  return { ...common, components };
}

/** `2026-11-22T09:02:05+01:00`: the phone's own clock and offset. */
export function withOffset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, "0");
  const local = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  return `${local}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Whole minutes left until a deadline, never below 0. */
export function minutesLeft(deadline: string, now: Date): number {
  return Math.max(0, Math.ceil((Date.parse(deadline) - now.getTime()) / 60_000));
}

/** Whether a notice is about a reading, rather than about one before it. */
export function asksAfter(notice: Pick<InboxItem, "readings">, reading: Pick<NewReading, "measured_at">): boolean {
  return notice.readings.some(({ measured_at }) => Date.parse(measured_at) === Date.parse(reading.measured_at));
}
