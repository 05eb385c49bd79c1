import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  // One process for all files takes a quarter of the time; a test puts back what it changes in its globals.
  test: { isolate: false, environment: "node", include: ["*/tests/**/*.test.ts"] },
});
