import { audit, gather, MOST, type AuditEvent, type EventPage } from "@smartbear/shared/api/audit.ts";
import { useLoad } from "@smartbear/shared/api/useLoad.ts";
import { computed, ref, shallowRef, watch, type Ref } from "vue";
import { useApi } from "../../session/session.ts";
import { toApi, type TrailQuery } from "./trailQuery.ts";

/** Events that the table shows at once. */
const SHOWN = 50;
/** Events that the picture of who looked at a participant is made of, at most. */
const COUNTED = 2000;

/** What was found, what was asked for, and when: a period such as the last 24 hours ends there. */
export interface Found extends EventPage { query: TrailQuery; at: Date }

/** The events that a query finds: a page of them, or of a participant as many as can be counted. */
export function useTrail(query: Ref<TrailQuery>) {
  const api = audit(useApi());
  const shown = ref(SHOWN);
  const older = shallowRef<EventPage>({ items: [], next: null });
  const pageOf = ({ query, at }: Pick<Found, "query" | "at">, limit: number) => (after: string | null) => api.events({ ...toApi(query, at), limit, after });

  const load = useLoad<Found>(async () => {
    const asked = { query: query.value, at: new Date() };
    const isCounted = asked.query.participant !== "";
    return { ...asked, ...(await gather(pageOf(asked, isCounted ? MOST : SHOWN), isCounted ? COUNTED : SHOWN)) };
  });
  watch(query, load.reload);
  watch(load.data, (found) => ([shown.value, older.value] = [SHOWN, { items: [], next: found?.next ?? null }]));

  const all = computed<AuditEvent[]>(() => [...(load.data.value?.items ?? []), ...older.value.items]);
  const events = computed(() => all.value.slice(0, shown.value));
  const hasOlder = computed(() => all.value.length > shown.value || older.value.next !== null);

  /** Shows the next events, which are fetched if they are not there yet. @throws what the platform answers */
  async function showOlder(): Promise<void> {
    const found = load.data.value;
    if (found && all.value.length <= shown.value) {
      const page = await pageOf(found, SHOWN)(older.value.next);
      if (found !== load.data.value) return;
      older.value = { items: [...older.value.items, ...page.items], next: page.next };
    }
    shown.value += SHOWN;
  }

  return { load, events, hasOlder, showOlder };
}
