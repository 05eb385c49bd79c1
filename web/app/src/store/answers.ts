import { OfflineError } from "@smartbear/shared/api/errors.ts";
import { within } from "./database.ts";

export interface Kept<T> {
  value: T;
  /** When the platform said so. */
  at: string;
}

/** The platform's answer, or without a connection the last one, which says how old it is. */
export async function freshOrKept<T>(name: string, ask: () => Promise<T>): Promise<Kept<T> | null> {
  try {
    const kept = { value: await ask(), at: new Date().toISOString() };
    await within("answers", "readwrite", (store) => store.put(kept, name));
    return kept;
  } catch (error) {
    if (!(error instanceof OfflineError)) throw error;
    return lastAnswer<T>(name);
  }
}

/** The last answer kept under a name. */
export async function lastAnswer<T>(name: string): Promise<Kept<T> | null> {
  const kept = await within("answers", "readonly", (store) => store.get(name) as IDBRequest<Kept<T> | undefined>);
  return kept ?? null;
}

/** Forget everything the platform said: nobody who picks the phone up after a sign-out sees it. */
export async function forgetAnswers(): Promise<void> {
  await within("answers", "readwrite", (store) => store.clear());
}
