import { ApiError, OfflineError } from "@smartbear/shared/api/errors.ts";
import { within } from "./database.ts";

export interface Kept<T> {
  value: T;
  /** When the platform said so. */
  at: string;
  /** Whether it has just been said; otherwise the platform cannot be reached now. */
  fresh: boolean;
}

/** Whether asking again later may help: no connection, too many at once, or trouble on the platform's side. */
export function isPassing(error: unknown): boolean {
  return error instanceof OfflineError || (error instanceof ApiError && (error.status === 429 || error.status >= 500));
}

/** The platform's answer; while it gives none, the last one, or null if there never was one. */
export async function freshOrKept<T>(name: string, ask: () => Promise<T>): Promise<Kept<T> | null> {
  try {
    const said = { value: await ask(), at: new Date().toISOString() };
    await within("answers", "readwrite", (store) => store.put(said, name));
    return { ...said, fresh: true };
  } catch (error) {
    if (!isPassing(error)) throw error;
    return lastAnswer<T>(name);
  }
}

/** The last answer kept under a name. */
export async function lastAnswer<T>(name: string): Promise<Kept<T> | null> {
  const kept = await within("answers", "readonly", (store) => store.get(name) as IDBRequest<Omit<Kept<T>, "fresh"> | undefined>);
  return kept ? { ...kept, fresh: false } : null;
}

/** Forget everything the platform said: nobody who picks the phone up after a sign-out sees it. */
export async function forgetAnswers(): Promise<void> {
  await within("answers", "readwrite", (store) => store.clear());
}
