import type { Measure } from "@smartbear/shared/clinical/measures.ts";

interface Choice { word: "normal" | "high" | "very_high" | "very_low"; values: Record<string, number> }

/** What a simulated device offers, for trying the platform out; readings say that they are simulated. */
export const SIMULATED: Partial<Record<Measure, readonly Choice[]>> = {
  blood_pressure: [
    { word: "normal", values: { systolic: 128, diastolic: 76 } },
    { word: "high", values: { systolic: 138, diastolic: 82 } },
    { word: "very_high", values: { systolic: 200, diastolic: 130 } },
    { word: "very_low", values: { systolic: 84, diastolic: 48 } },
  ],
  heart_rate: [
    { word: "normal", values: { heart_rate: 72 } },
    { word: "very_high", values: { heart_rate: 131 } },
  ],
  oxygen: [
    { word: "normal", values: { oxygen: 97 } },
    { word: "very_low", values: { oxygen: 90 } },
  ],
  temperature: [
    { word: "normal", values: { temperature: 36.6 } },
    { word: "high", values: { temperature: 37.5 } },
    { word: "very_high", values: { temperature: 38.9 } },
  ],
};
