import { measurements, type NewReading } from "@smartbear/shared/api/measurements.ts";
import { newKey } from "@smartbear/shared/api/client.ts";
import { computed, ref, shallowRef } from "vue";
import { Outbox, pauseBefore, phoneShelf, type Waiting } from "../store/outbox.ts";
import { refreshDay } from "./day.ts";
import { useApi, useMe } from "./session.ts";

const outbox = new Outbox(phoneShelf, ({ device, readings, key }) => measurements(useApi()).send(device, readings, key));
const onPhone = shallowRef<Waiting[]>([]);
const sending = ref(false);
let attempt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** How far a reading has come: still going out, saved until there is a connection, taken in, or not taken in. */
export type Whereabouts = "sending" | "saved" | "sent" | "refused";

/** What is still on the phone: on its way, and refused. */
export const useOutbox = () => ({
  waiting: computed(() => onPhone.value.filter((batch) => batch.refused === null)),
  refused: computed(() => onPhone.value.filter((batch) => batch.refused !== null)),
});

export function whereIs(key: string): Whereabouts {
  const batch = onPhone.value.find((each) => each.key === key);
  if (!batch) return "sent";
  if (batch.refused !== null) return "refused";
  return sending.value ? "sending" : "saved";
}

/**
 * Save a reading on the phone; it is sent afterwards by itself.
 * @returns the key to ask `whereIs` with, once the reading is on disk
 * @throws if the phone cannot store it
 */
export async function keep(reading: NewReading, device: string | null): Promise<string> {
  const account = useMe().value?.account ?? "";
  const savedAt = new Date().toISOString();
  const batch = { key: newKey(), account, device, readings: [{ ...reading, stored_at: savedAt }], savedAt, refused: null };
  await outbox.add(batch);
  await recount();
  attempt = 0;
  void sendWaiting();
  return batch.key;
}

/** Forget a reading the platform will not take. */
export async function discard(key: string): Promise<void> {
  await phoneShelf.remove(key);
  await recount();
}

/** Send what waits; if that fails, try again by itself, with longer and longer pauses. */
export async function sendWaiting(): Promise<void> {
  clearTimeout(timer);
  sending.value = true;
  const done = await outbox.flush(useMe().value?.account ?? "").catch(() => false);
  sending.value = false;
  await recount();
  if (!done) {
    timer = setTimeout(() => void sendWaiting(), pauseBefore(attempt++));
    return;
  }
  attempt = 0;
  void refreshDay().catch(() => undefined);
}

async function recount(): Promise<void> {
  onPhone.value = await outbox.waiting(useMe().value?.account ?? "");
}

/** Send whenever the connection comes back. */
export function followConnection(): void {
  addEventListener("online", () => void sendWaiting());
  void sendWaiting();
}
