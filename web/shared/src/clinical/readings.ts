import { wall, type Wall } from "../format/moments.ts";
import type { Quantity } from "./measures.ts";

export interface Component {
  code: string;
  value: number;
  unit: string;
}

/** A reading as `/api/measurements` gives it. */
export interface Reading {
  reading_id: string;
  subject: string;
  device_id: string | null;
  code: string;
  value: number | null;
  unit: string | null;
  components: Component[];
  measured_at: string;
  stored_at: string | null;
  received_at: string;
  entry: "device" | "manual" | "simulated";
  device: { id: string; label: string | null } | null;
  batch_id: string;
}

/** Factors from a unit devices send to the one we show. */
const TO_SHOWN: Record<string, number> = { min: 1 / 60 };

/** The value of one quantity in the unit it is shown in; null if the reading does not hold it. */
export function valueOf(reading: Reading, quantity: Quantity): number | null {
  if (quantity.code) return reading.components.find((part) => part.code === quantity.code)?.value ?? null;
  if (reading.value === null) return null;
  const factor = quantity.measure === "sleep" ? (TO_SHOWN[reading.unit ?? ""] ?? 1) : 1;
  return reading.value * factor;
}

/** When it was measured, on the clock of the person it belongs to. */
export function measuredWall(reading: Reading): Wall {
  return wall(reading.measured_at);
}
