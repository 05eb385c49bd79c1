import { readFileSync } from "node:fs";
import { webConfig } from "@smartbear/shared/vite.ts";
import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";

const FIXED = ["", "manifest.webmanifest", "favicon.svg", "icon-192.png", "icon-512.png"];

/** Writes the service worker with the list of files it keeps, so that the app opens without a connection. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = [...FIXED, ...Object.keys(bundle).filter((file) => file.startsWith("assets/"))];
      const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 12);
      const source = readFileSync(`${import.meta.dirname}/src/service-worker.js`, "utf8");
      const kept = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(files)};\n`;
      this.emitFile({ type: "asset", fileName: "service-worker.js", source: kept + source });
    },
  };
}

const config = webConfig("/app/");
export default defineConfig({ ...config, plugins: [...(config.plugins ?? []), serviceWorker()] });
