import type { Catalogue } from "@smartbear/shared/i18n/i18n.ts";

export const catalogue: Catalogue = import.meta.glob(["./locales/*.json", "!./locales/en.json"]);
