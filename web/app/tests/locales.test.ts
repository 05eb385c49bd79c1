import { LANGUAGES } from "@smartbear/shared/i18n/i18n.ts";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

type Tree = string | { [key: string]: Tree };
const WEB = new URL("../../", import.meta.url);
const FOLDERS = { app: "app/src/locales/", dashboard: "dashboard/src/locales/", shared: "shared/src/i18n/locales/" };

/** Without the gallery of parts, which only those who build the pages read. */
function messages(folder: string, language: string): Map<string, string> {
  const tree = JSON.parse(readFileSync(new URL(`${folder}${language}.json`, WEB), "utf8")) as Tree;
  return new Map(leaves(tree).filter(([key]) => !key.startsWith("gallery.")));
}

function leaves(tree: Tree, path = ""): [string, string][] {
  if (typeof tree === "string") return [[path, tree]];
  return Object.entries(tree).flatMap(([key, value]) => leaves(value, path ? `${path}.${key}` : key));
}

const blanks = (text = "") => [...new Set(text.match(/\{\w+\}/g))].sort();

describe.each(Object.entries(FOLDERS))("the %s", (_name, folder) => {
  const english = messages(folder, "en");
  const there = readdirSync(new URL(folder, WEB));

  test.each(LANGUAGES)("says in %s all that it says in English, and nothing else", (language) => {
    expect(there).toContain(`${language}.json`);
    expect([...messages(folder, language).keys()].sort()).toEqual([...english.keys()].sort());
  });

  test.each(LANGUAGES.filter((language) => there.includes(`${language}.json`)))("fills in %s the same blanks as in English", (language) => {
    for (const [key, text] of messages(folder, language)) expect([key, blanks(text)]).toEqual([key, blanks(english.get(key))]);
  });
});

test("every message the app asks for by its full name exists", () => {
  const known = new Set([...messages(FOLDERS.app, "en").keys(), ...messages(FOLDERS.shared, "en").keys()]);
  const files = readdirSync(new URL("app/src", WEB), { recursive: true, encoding: "utf8" }).filter((file) => /\.(vue|ts)$/.test(file));
  const text = files.map((file) => readFileSync(new URL(`app/src/${file}`, WEB), "utf8")).join("\n");
  const asked = [...text.matchAll(/\b(?:t\(|title:) ?"([a-z_]+(?:\.\w+)+)"/g)].map((match) => match[1] ?? "");
  expect(asked.length).toBeGreaterThan(40);
  expect(asked.filter((key) => !known.has(key))).toEqual([]);
});
