import { createI18n, type I18n } from "vue-i18n";
import english from "./locales/en.json";

export const LANGUAGES = ["en", "el", "it", "fr", "pt", "ro", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language by its own name, marked up with its own `lang`. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: "English", el: "Ελληνικά", it: "Italiano", fr: "Français", pt: "Português", ro: "Română", es: "Español",
};

type Messages = Record<string, unknown>;
/** Loaders by file name, as `import.meta.glob("./locales/*.json")` gives them. */
export type Catalogue = Record<string, () => Promise<unknown>>;

const KEY = "smartbear.language";
const shared: Catalogue = import.meta.glob("./locales/*.json");
export type PlatformI18n = I18n<{}, {}, {}, string, false>;

/** Messages of the shared parts in English; what a language lacks is shown in English. */
export function createPlatformI18n(own: Messages = {}): PlatformI18n {
  const i18n = createI18n({ legacy: false, locale: "en", fallbackLocale: "en", missingWarn: false, fallbackWarn: false });
  i18n.global.setLocaleMessage("en", english);
  i18n.global.mergeLocaleMessage("en", own);
  return i18n as PlatformI18n;
}

/** The language chosen earlier on this device, otherwise the browser's first that the platform speaks. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(KEY), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return LANGUAGES.find((language) => language === wanted.find((tag) => LANGUAGES.includes(tag as Language))) ?? "en";
}

/** Load a language and show it, from the shared messages and the application's own. */
export async function showLanguage(i18n: PlatformI18n, language: Language, own: Catalogue = {}): Promise<void> {
  if (language !== "en") {
    for (const catalogue of [shared, own]) i18n.global.mergeLocaleMessage(language, await load(catalogue, language));
  }
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}

async function load(catalogue: Catalogue, language: Language): Promise<Messages> {
  const loaded = (await catalogue[`./locales/${language}.json`]?.()) as { default: Messages } | undefined;
  return loaded?.default ?? {};
}
