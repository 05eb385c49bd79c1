import { webConfig } from "@smartbear/shared/vite.ts";
import { defineConfig } from "vite";

export default defineConfig(webConfig("/app/"));
