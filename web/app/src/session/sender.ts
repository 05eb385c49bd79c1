import { measurements, type NewReading } from "@smartbear/shared/api/measurements.ts";
import { newKey } from "@smartbear/shared/api/client.ts";
import { computed, ref, shallowRef } from "vue";
import { Outbox, pauseBefore, phoneShelf, type Waiting } from "../store/outbox.ts";
import { refreshDay } from "./day.ts";
import { useApi, useMe } from "./session.ts";

const outbox = new Outbox(phoneShelf, ({ device, readings, key }) => measurements(useApi()).send(device, readings, key));
const waiting = shallowRef<Waiting[]>([]);
const attempt = ref(0);
let timer: ReturnType<typeof setTimeout> | undefined;

/** What is still on the phone: on its way, and refused. */
export const useOutbox = () => ({
  waiting: computed(() => waiting.value.filter((batch) => batch.refused === null)),
  refused: computed(() => waiting.value.filter((batch) => batch.refused !== null)),
});

/** Save a reading on the phone, then try to send it. @returns whether the platform has it already */
export async function keep(reading: NewReading, device: string | null): Promise<boolean> {
  const account = useMe().value?.account ?? "";
  const savedAt = new Date().toISOString();
  await outbox.add({ key: newKey(), account, device, readings: [{ ...reading, stored_at: savedAt }], savedAt, refused: null });
  attempt.value = 0;
  return sendWaiting();
}

/** Forget a reading the platform will not take. */
export async function discard(key: string): Promise<void> {
  await phoneShelf.remove(key);
  await recount();
}

/** Send what waits; if that fails, try again by itself, with longer and longer pauses. */
export async function sendWaiting(): Promise<boolean> {
  clearTimeout(timer);
  const account = useMe().value?.account ?? "";
  const sent = await outbox.flush(account);
  await recount();
  if (sent) {
    attempt.value = 0;
    void refreshDay().catch(() => undefined);
  } else {
    timer = setTimeout(() => void sendWaiting(), pauseBefore(attempt.value++));
  }
  return sent && waiting.value.every((batch) => batch.refused === null);
}

async function recount(): Promise<void> {
  waiting.value = await outbox.waiting(useMe().value?.account ?? "");
}

/** Send whenever the connection comes back. */
export function followConnection(): void {
  addEventListener("online", () => void sendWaiting());
  void sendWaiting();
}
