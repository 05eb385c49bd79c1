import type { IconName } from "../icons/icons.ts";

export type Measure = "blood_pressure" | "heart_rate" | "oxygen" | "weight" | "temperature" | "sleep" | "steps";
export type Part = "systolic" | "diastolic";

/** One quantity, which gets one panel: a measure, or a component of it. */
export interface Quantity {
  measure: Measure;
  part: Part | null;
  /** LOINC code of the component; null where the reading itself holds the value. */
  code: string | null;
}

interface Description {
  /** LOINC code of the reading. */
  code: string;
  icon: IconName;
  /** UCUM unit in which values are shown. */
  unit: string;
  /** Digits after the decimal separator. */
  digits: number;
  quantities: readonly Quantity[];
}

function single(measure: Measure): Quantity[] {
  return [{ measure, part: null, code: null }];
}

export const MEASURES: Record<Measure, Description> = {
  blood_pressure: {
    code: "85354-9", icon: "heart", unit: "mm[Hg]", digits: 0,
    quantities: [
      { measure: "blood_pressure", part: "systolic", code: "8480-6" },
      { measure: "blood_pressure", part: "diastolic", code: "8462-4" },
    ],
  },
  heart_rate: { code: "8867-4", icon: "pulse", unit: "/min", digits: 0, quantities: single("heart_rate") },
  oxygen: { code: "2708-6", icon: "drop", unit: "%", digits: 0, quantities: single("oxygen") },
  weight: { code: "29463-7", icon: "scales", unit: "kg", digits: 1, quantities: single("weight") },
  temperature: { code: "8310-5", icon: "thermometer", unit: "Cel", digits: 1, quantities: single("temperature") },
  sleep: { code: "93832-4", icon: "bed", unit: "h", digits: 1, quantities: single("sleep") },
  steps: { code: "41950-7", icon: "footprints", unit: "{steps}", digits: 0, quantities: single("steps") },
};

export const MEASURE_NAMES = Object.keys(MEASURES) as Measure[];

export function isMeasure(name: string | null | undefined): name is Measure {
  return name != null && name in MEASURES;
}

/** UCUM units as people write them; `{steps}` has words of its own in every language. */
const WRITTEN: Record<string, string> = { "mm[Hg]": "mmHg", Cel: "°C" };

export function writtenUnit(ucum: string): string {
  return WRITTEN[ucum] ?? ucum;
}
