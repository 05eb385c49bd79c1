import { LANGUAGES } from "@smartbear/shared/i18n/i18n.ts";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value] as [string, string]] : leaves(value, `${path}${key}.`));
}

/** The messages of a language by key, each with the blanks it leaves; the gallery is for builders and English. */
function blanks(language: string): Map<string, string> {
  const text = readFileSync(new URL(`../src/locales/${language}.json`, import.meta.url), "utf8");
  const told = leaves(JSON.parse(text) as Tree).filter(([key]) => !key.startsWith("gallery."));
  return new Map(told.map(([key, value]) => [key, [...new Set(value.match(/\{\w+\}/g))].sort().join()]));
}

test.each(LANGUAGES)("every page speaks %s, and with the same blanks as English", (language) => {
  expect(blanks(language)).toEqual(blanks("en"));
});
