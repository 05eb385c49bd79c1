import { DIASTOLIC, SYSTOLIC, type Measure, type Reading } from "../api/measurements.ts";

/** Decimals that a measure is read with. */
const DIGITS: Record<Measure, number> = {
  blood_pressure: 0, heart_rate: 0, oxygen: 0, weight: 1, temperature: 1, sleep: 1, steps: 0,
};

export function number(value: number, locale: string, digits = 0): string {
  return new Intl.NumberFormat(locale === "en" ? "en-GB" : locale, {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(value);
}

export const componentOf = (reading: Reading, code: string): number | null =>
  reading.components.find((component) => component.code === code)?.value ?? null;

/** Systolic and diastolic, or the one value of another measure. */
export function valuesOf(reading: Reading): (number | null)[] {
  if (!reading.components.length) return [reading.value];
  return [componentOf(reading, SYSTOLIC), componentOf(reading, DIASTOLIC)];
}

/** `128/76`, `36.6`, `6 h 10`: a reading's value without its unit; «—» when it is missing, never 0. */
export function reading(value: Reading, measure: Measure, locale: string): string {
  if (measure === "sleep") return hoursAndMinutes(hours(value));
  const parts = valuesOf(value).map((each) => (each === null ? "—" : number(each, locale, DIGITS[measure])));
  return parts.join("/");
}

export const plain = (value: number, measure: Measure, locale: string): string => number(value, locale, DIGITS[measure]);

function hours(value: Reading): number | null {
  if (value.value === null) return null;
  return value.unit === "min" ? value.value / 60 : value.value;
}

function hoursAndMinutes(value: number | null): string {
  if (value === null) return "—";
  const minutes = Math.round(value * 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}
