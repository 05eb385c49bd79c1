import { useI18n } from "vue-i18n";
import { ageOf } from "./age.ts";
import { clock, dayMonth, sameDay } from "./when.ts";

const elapsed = (at: string, now: Date) => now.getTime() - Date.parse(at);

/** Ages in the words of the page's language. */
export function useAge() {
  const { t, locale } = useI18n();

  /** «4 min», «11 d». */
  function short(at: string, now: Date): string {
    const { unit, count } = ageOf(elapsed(at, now));
    return t(`age.${unit}`, { n: count });
  }

  /** «4 min ago», «just now». */
  function ago(at: string | null, now: Date): string {
    if (at === null) return t("age.never");
    return ageOf(elapsed(at, now)).unit === "now" ? t("age.now") : t("age.ago", { age: short(at, now) });
  }

  /** «09:07 today» while it is today, then the age with the date: «6 d ago, 11 Nov». */
  function when(at: string, now: Date): string {
    if (sameDay(new Date(at), now)) return `${clock(at, locale.value)}, ${t("age.today").toLocaleLowerCase(locale.value)}`;
    return `${ago(at, now)}, ${dayMonth(at, locale.value)}`;
  }

  return { short, ago, when };
}
