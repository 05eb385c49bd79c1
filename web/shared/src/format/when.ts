/** Dates and times in the language of the page, 24-hour clock, in the viewer's time zone. */

/** English dates read «17 Nov 2026», not «Nov 17, 2026». */
function tag(locale: string): string {
  return locale === "en" ? "en-GB" : locale;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function format(at: Date | string, locale: string, options: Intl.DateTimeFormatOptions): string {
  const key = locale + JSON.stringify(options);
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat(tag(locale), options);
  formatters.set(key, formatter);
  return formatter.format(new Date(at));
}

export const clock = (at: Date | string, locale: string): string =>
  format(at, locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const toTheSecond = (at: Date | string, locale: string): string =>
  format(at, locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
export const dayMonth = (at: Date | string, locale: string): string =>
  format(at, locale, { day: "numeric", month: "short" });
export const fullDate = (at: Date | string, locale: string): string =>
  format(at, locale, { day: "numeric", month: "short", year: "numeric" });
export const weekday = (at: Date | string, locale: string): string => format(at, locale, { weekday: "long" });
export const longDate = (at: Date | string, locale: string): string =>
  format(at, locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
export const dayAndTime = (at: Date | string, locale: string): string => `${dayMonth(at, locale)}, ${clock(at, locale)}`;

/** A calendar day such as `2026-11-17` as noon of the viewer's day, so that no time zone moves it. */
export const ofDay = (day: string): Date => new Date(`${day}T12:00:00`);

export function sameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}
