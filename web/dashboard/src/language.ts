import type { Catalogue } from "@smartbear/shared/i18n/i18n.ts";

/** The dashboard's own messages, a file for each language but English, which is always there. */
export const catalogue: Catalogue = import.meta.glob(["./locales/*.json", "!./locales/en.json"]);
