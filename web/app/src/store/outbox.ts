import { ApiError, OfflineError } from "@smartbear/shared/api/errors.ts";
import type { NewReading } from "@smartbear/shared/api/measurements.ts";
import { within } from "./database.ts";

/** A batch of readings on its way; `key` makes every attempt to send it one and the same. */
export interface Waiting {
  key: string;
  account: string;
  device: string | null;
  readings: NewReading[];
  savedAt: string;
  /** Why the platform will not take it, however often it is sent; null while there is hope. */
  refused: string | null;
}

export type Send = (batch: Waiting) => Promise<unknown>;

/** Where batches are kept until the platform has them. */
export interface Shelf {
  all(): Promise<Waiting[]>;
  put(batch: Waiting): Promise<unknown>;
  remove(key: string): Promise<unknown>;
}

export const phoneShelf: Shelf = {
  all: () => within<Waiting[]>("outbox", "readonly", (store) => store.getAll() as IDBRequest<Waiting[]>),
  put: (batch) => within("outbox", "readwrite", (store) => store.put(batch)),
  remove: (key) => within("outbox", "readwrite", (store) => store.delete(key)),
};

/** Saves first and sends afterwards: what the person has entered is never lost and never counted twice. */
export class Outbox {
  private sending: Promise<boolean> | null = null;

  constructor(private readonly shelf: Shelf, private readonly send: Send) {}

  async add(batch: Waiting): Promise<void> {
    await this.shelf.put(batch);
  }

  /** Batches of an account that are still on the phone, the oldest first. */
  async waiting(account: string): Promise<Waiting[]> {
    const own = (await this.shelf.all()).filter((batch) => batch.account === account);
    return own.sort((first, second) => first.savedAt.localeCompare(second.savedAt));
  }

  /** Send what waits; callers at the same time share one attempt. @returns whether nothing is left to send */
  flush(account: string): Promise<boolean> {
    this.sending ??= this.sendAll(account).finally(() => (this.sending = null));
    return this.sending;
  }

  /** Looks again after each one, so that a batch added meanwhile goes with the others. */
  private async sendAll(account: string): Promise<boolean> {
    for (let next = await this.next(account); next; next = await this.next(account)) {
      if (!(await this.sendOne(next))) return false;
    }
    return true;
  }

  private async next(account: string): Promise<Waiting | undefined> {
    return (await this.waiting(account)).find((batch) => batch.refused === null);
  }

  /** Whether to go on with the next one. */
  private async sendOne(batch: Waiting): Promise<boolean> {
    try {
      await this.send(batch);
    } catch (error) {
      if (!isFinal(error)) return false;
      await this.shelf.put({ ...batch, refused: (error as ApiError).detail });
      return true;
    }
    await this.shelf.remove(batch.key);
    return true;
  }
}

/** Whether sending again could never help: the platform has read it and says no. */
export function isFinal(error: unknown): boolean {
  if (error instanceof OfflineError || !(error instanceof ApiError)) return false;
  return [400, 413, 422].includes(error.status);
}

/** Milliseconds before attempt number `attempt` (from 0): doubling from two seconds to two minutes. */
export function pauseBefore(attempt: number): number {
  return Math.min(2_000 * 2 ** attempt, 120_000);
}
