import type { ApiClient } from "./client.ts";

/** What the platform needs, and whether it is there. */
export interface Health { parts: Record<string, boolean>; version: string }

/** Asked without the client: a platform that is not ready answers 503, and says why all the same. */
export async function health(api: ApiClient): Promise<Health> {
  const ready = await fetch("/health/ready", { headers: { accept: "application/json" } });
  const { parts } = (await ready.json()) as { parts: Record<string, boolean> };
  const { version } = await api.get<{ version: string }>("/health/live");
  return { parts, version };
}
