import { dayAndTime, dayMonth, fullDate } from "@smartbear/shared/format/when.ts";
import { computed, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import type { Buckets } from "./buckets.ts";

/** What a strip of counts says to whoever hovers over it, or hears it. */
export function useStripWords(buckets: Readonly<Ref<Buckets>>) {
  const { t, locale } = useI18n();
  const dated = (start: Date): string => {
    if (buckets.value.unit === "hour") return dayAndTime(start, locale.value);
    return t(`audit.bucket.${buckets.value.unit}`, { day: fullDate(start, locale.value) });
  };
  const names = computed(() => buckets.value.starts.map(dated));
  const end = (start: Date | undefined): string => (start ? (buckets.value.unit === "hour" ? dayAndTime : dayMonth)(start, locale.value) : "");

  const titles = (counts: number[]): string[] => counts.map((count, index) => `${names.value[index]}: ${t("audit.times", count)}`);
  const label = (counts: number[]): string => titles(counts).filter((_, index) => (counts[index] ?? 0) > 0).join("; ");

  return { titles, label, first: computed(() => end(buckets.value.starts[0])), last: computed(() => end(buckets.value.starts.at(-1))) };
}
