import type { InboxItem } from "@smartbear/shared/api/inbox.ts";
import { STREAM } from "@smartbear/shared/api/inbox.ts";
import type { Measure } from "@smartbear/shared/clinical/measures.ts";
import { follow } from "@smartbear/shared/live/stream.ts";
import { computed, ref, shallowRef } from "vue";
import { freshOrKept } from "../store/answers.ts";
import { useApi } from "./session.ts";

export interface Task { task: "measure"; measure: Measure }
export interface Done extends Task { at: string }

/** The participant's day, as `/api/mobile/today` puts it together. */
export interface Today {
  participant: string;
  /** Seven days, the oldest first; null when it is not known at the moment. */
  week: { date: string; measured: boolean | null }[];
  now: Task | null;
  next: Task[];
  done: Done[];
  alert: InboxItem | null;
  care_team: { name: string; phone: string };
}

const today = shallowRef<Today | null>(null);
const saidAt = ref<string | null>(null);
const connected = ref(navigator.onLine);

/** The day as last heard of, when that was, and whether the platform answered the last time it was asked. */
export const useDay = () => ({ today, saidAt, connected, alert: computed(() => today.value?.alert ?? null) });

/** Ask again; while the platform cannot be reached, the last answer stays. */
export async function refreshDay(): Promise<void> {
  const kept = await freshOrKept("today", () => useApi().get<Today>("/api/mobile/today"));
  connected.value = kept?.fresh ?? false;
  if (!kept) return;
  today.value = kept.value;
  saidAt.value = kept.at;
}

/** Milliseconds between questions while the platform does not tell by itself. */
const ASK_AGAIN = 30_000;

/** Follow the platform until the page goes: every notice, and every return of the connection or the person. */
export function followDay(): void {
  let told = false;
  const again = () => void refreshDay().catch(() => undefined);
  const handlers = {
    event: ({ event }: { event: string }) => event === "notice" && again(),
    live: (now: boolean) => {
      told = now;
      again();
    },
  };
  void follow(useApi(), STREAM, handlers, new AbortController().signal);
  setInterval(() => !told && again(), ASK_AGAIN);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  addEventListener("online", again);
  again();
}
