import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Tree = { [key: string]: string | Tree };
const WEB = new URL("../../../", import.meta.url);
const json = (path: string) => JSON.parse(readFileSync(new URL(path, WEB), "utf8")) as Tree;

function sources(folder: string): string[] {
  const files = readdirSync(new URL(folder, WEB), { recursive: true, encoding: "utf8" });
  return files.filter((file) => /\.(vue|ts)$/.test(file)).map((file) => readFileSync(new URL(`${folder}/${file}`, WEB), "utf8"));
}

function has(tree: Tree, key: string): boolean {
  const found = key.split(".").reduce<string | Tree | undefined>((at, part) => (typeof at === "object" ? at[part] : undefined), tree);
  return typeof found === "string";
}

test("every message the dashboard asks for by its full name exists in English", () => {
  const messages = { ...json("shared/src/i18n/locales/en.json"), ...json("dashboard/src/locales/en.json") };
  const text = [...sources("shared/src"), ...sources("dashboard/src")].join("\n");
  const asked = [...text.matchAll(/\bt\(\s*["']([a-z_]+(?:\.\w+)+)["']/g)].map((match) => match[1] ?? "");
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((key) => !has(messages, key))).toEqual([]);
});
