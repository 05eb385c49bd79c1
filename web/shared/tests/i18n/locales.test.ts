import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LANGUAGES } from "../../src/i18n/i18n.ts";

type Tree = { [key: string]: string | Tree };
const FOLDER = new URL("../../src/i18n/locales/", import.meta.url);
const read = (language: string) => JSON.parse(readFileSync(new URL(`${language}.json`, FOLDER), "utf8")) as Tree;

function leaves(tree: Tree, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value] as [string, string]] : leaves(value, `${path}${key}.`));
}

const english = new Map(leaves(read("en")));
const others = LANGUAGES.filter((language) => language !== "en");
const blanks = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

test("every language of the platform has its file", () => {
  expect(readdirSync(FOLDER).sort()).toEqual(LANGUAGES.map((language) => `${language}.json`).sort());
});

test.each(others)("%s says nothing that English does not", (language) => {
  expect(leaves(read(language)).map(([key]) => key).filter((key) => !english.has(key))).toEqual([]);
});

test.each(others)("%s fills the same blanks as English", (language) => {
  for (const [key, text] of leaves(read(language))) expect([key, blanks(text)]).toEqual([key, blanks(english.get(key) ?? "")]);
});

test.each(others)("%s has all clinical words, so that no state is ever said in two languages", (language) => {
  const known = new Map(leaves(read(language)));
  const clinical = [...english.keys()].filter((key) => /^(state|measure|notice|event|delivery|done|outcome)\./.test(key));
  expect(clinical.filter((key) => !known.has(key))).toEqual([]);
});
