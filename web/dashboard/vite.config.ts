import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { webConfig } from "@smartbear/shared/vite.ts";
import { defineConfig, type Plugin } from "vite";

const API_DOCS = [
  "swagger-ui.css",
  "swagger-ui-bundle.js",
  "swagger-ui-standalone-preset.js",
  "favicon-32x32.png",
  "LICENSE",
  "NOTICE",
];

/** Puts Swagger UI beside the pages, where the gateway's API page finds it. */
function apiDocs(): Plugin {
  const target = `${import.meta.dirname}/dist/api-docs`;
  const source = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  return {
    name: "api-docs",
    apply: "build",
    closeBundle: () => API_DOCS.forEach((file) => cpSync(`${source}/${file}`, `${target}/${file}`)),
  };
}

const config = webConfig("/");
export default defineConfig({ ...config, plugins: [...(config.plugins ?? []), apiDocs()] });
