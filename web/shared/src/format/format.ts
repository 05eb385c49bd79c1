import { startOfDay, DAY, type Wall } from "./moments.ts";

const LOCALES: Record<string, string> = {
  en: "en-GB", el: "el-GR", it: "it-IT", fr: "fr-FR", pt: "pt-PT", ro: "ro-RO", es: "es-ES",
};

/** Numbers and moments in one language: 24-hour clock, `17 Nov 2026`, the locale's separators. */
export interface Format {
  number(value: number, digits?: number): string;
  percent(share: number): string;
  /** `09:02` */
  time(at: Wall): string;
  /** `17 Nov` */
  dayMonth(at: Wall): string;
  /** `17 November` */
  longDayMonth(at: Wall): string;
  /** `17 Nov 2026` */
  date(at: Wall): string;
  /** `Tuesday 17 November 2026` */
  fullDate(at: Wall): string;
  /** `Nov` */
  month(at: Wall): string;
  /** `Tue` */
  weekday(at: Wall): string;
  /** `Tuesday` */
  longWeekday(at: Wall): string;
  /** `today`, `yesterday`; null for any other day */
  nearDay(at: Wall, now: Wall): string | null;
}

function moments(locale: string, options: Intl.DateTimeFormatOptions): (at: Wall) => string {
  const formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
  return (at) => formatter.format(at);
}

export function formatFor(language: string): Format {
  const locale = LOCALES[language] ?? "en-GB";
  const near = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  return {
    number: (value, digits = 0) =>
      new Intl.NumberFormat(locale, {
        minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: true,
      }).format(value),
    percent: (value) => share.format(value),
    time: moments(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    dayMonth: moments(locale, { day: "numeric", month: "short" }),
    longDayMonth: moments(locale, { day: "numeric", month: "long" }),
    date: moments(locale, { day: "numeric", month: "short", year: "numeric" }),
    fullDate: moments(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
    month: moments(locale, { month: "short" }),
    weekday: moments(locale, { weekday: "short" }),
    longWeekday: moments(locale, { weekday: "long" }),
    nearDay: (at, now) => {
      const days = Math.round((startOfDay(at) - startOfDay(now)) / DAY);
      return days === 0 || days === -1 ? near.format(days, "day") : null;
    },
  };
}

/** The first letter made small, for a sentence that goes on after a colon. */
export function continued(text: string, locale: string): string {
  return text.charAt(0).toLocaleLowerCase(locale) + text.slice(1);
}
