/** What the phone keeps: readings waiting to be sent, and the last answers to show without a connection. */
const NAME = "smartbear";
const VERSION = 1;
export type StoreName = "outbox" | "answers";

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("outbox", { keyPath: "key" });
      request.result.createObjectStore("answers");
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("the phone's storage cannot be opened"));
  });
  return opened;
}

/** Runs one transaction; resolves once it is on disk. */
export async function within<T>(
  store: StoreName, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error ?? new Error("the phone could not store this"));
  });
}
