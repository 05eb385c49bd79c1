import type { NewReading } from "@smartbear/shared/api/measurements.ts";
import type { Measure } from "@smartbear/shared/clinical/measures.ts";
import { ref, shallowRef } from "vue";

interface Result { measure: Measure; reading: NewReading }

const result = shallowRef<Result | null>(null);
/** `saving` until the phone has it, then whether the platform has it too. */
const whereabouts = ref<"saving" | "saved" | "sent">("saving");

/** The reading entered last on this phone, and how far it has come. */
export const useResult = () => ({ result, whereabouts });

export function showResult(measure: Measure, reading: NewReading, kept: Promise<boolean>): void {
  result.value = { measure, reading };
  whereabouts.value = "saving";
  void kept.then((sent) => (whereabouts.value = sent ? "sent" : "saved"));
}
