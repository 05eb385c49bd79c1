import type { NewReading } from "@smartbear/shared/api/measurements.ts";
import type { Measure } from "@smartbear/shared/clinical/measures.ts";
import { shallowRef } from "vue";

interface Result {
  measure: Measure;
  reading: NewReading;
  /** Of the reading in the outbox. */
  key: string;
}

const result = shallowRef<Result | null>(null);

/** The reading entered last on this phone, until the page is loaded anew. */
export const useResult = () => result;

export function showResult(next: Result): void {
  result.value = next;
}
