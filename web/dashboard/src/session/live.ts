import { inbox, STREAM, type InboxCounts, type NoticeSignal } from "@smartbear/shared/api/inbox.ts";
import type { ApiClient } from "@smartbear/shared/api/client.ts";
import { follow } from "@smartbear/shared/live/stream.ts";
import { onBeforeUnmount, ref, shallowRef, watch } from "vue";

const live = ref(false);
const heard = ref(new Date());
const signal = shallowRef<NoticeSignal | null>(null);
const counts = shallowRef<InboxCounts | null>(null);

/** The inbox as it stands now: connection, when it was last heard from, and how much is open. */
export const useLive = () => ({ live, heard, counts });

/** Calls back when a notice is new or has changed, and after a broken connection is back. */
export function onNotice(changed: () => void): void {
  watch(signal, changed);
  watch(live, (connected) => connected && changed());
}

/** Follows the inbox while the calling component is there. */
export function followInbox(api: ApiClient): void {
  const stop = new AbortController();
  const recount = () => void inbox(api).list("open", 1, 1).then((page) => (counts.value = page.counts)).catch(() => undefined);
  const handlers = {
    live: (connected: boolean) => (live.value = connected),
    event: ({ event, data }: { event: string; data: string }) => {
      heard.value = new Date();
      if (event === "notice") signal.value = JSON.parse(data) as NoticeSignal;
    },
  };
  onNotice(recount);
  recount();
  void follow(api, STREAM, handlers, stop.signal);
  onBeforeUnmount(() => stop.abort());
}
