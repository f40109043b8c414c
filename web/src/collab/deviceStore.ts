/**
 * What this browser keeps for one person: pictures not yet uploaded, rescue copies, and which boards have work waiting.
 * Every key begins with the person's id, so that people who share a device never meet each other's work.
 */
const DATABASE = "lectern-device";
const STORE = "kept";
const BOARD_PREFIX = "lectern-board:";

export interface DeviceStore {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** Keys that start with `prefix`. */
  keys(prefix: string): Promise<string[]>;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB refused"));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settled(request);
}

/** Keep values in IndexedDB. Each call opens and closes, so that nothing blocks a deletion in another tab. */
export function deviceStore(): DeviceStore {
  async function run<T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const database = await open();
    try {
      return await settled(work(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  }
  return {
    get: (key) => run<unknown>("readonly", (store) => store.get(key) as IDBRequest<unknown>),
    put: async (key, value) => {
      await run("readwrite", (store) => store.put(value, key));
    },
    remove: async (key) => {
      await run("readwrite", (store) => store.delete(key));
    },
    keys: async (prefix) => {
      const keys = await run("readonly", (store) => store.getAllKeys());
      return keys.filter((key): key is string => typeof key === "string" && key.startsWith(prefix));
    },
  };
}

interface Copy {
  readonly userId: string;
  readonly documentId: string;
  readonly epoch: number;
}

/** Name of the database that holds one person's copy of one document, as of one epoch. */
export function boardDatabase({ userId, documentId, epoch }: Copy): string {
  return `${BOARD_PREFIX}${userId}:${documentId}:${epoch}`;
}

/** The epochs of a document that this device has a copy of. Rejects where the browser keeps nothing. */
export async function copiesOf(userId: string, documentId: string): Promise<number[]> {
  const prefix = `${BOARD_PREFIX}${userId}:${documentId}:`;
  return (await indexedDB.databases())
    .map(({ name }) => (name?.startsWith(prefix) ? Number(name.slice(prefix.length)) : NaN))
    .filter((epoch) => Number.isInteger(epoch) && epoch > 0);
}

/** Delete a database; give up waiting when another tab holds it open (it goes when that tab closes). */
export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

const WAITING_PREFIX = "lectern.waiting.";

/** Remember across reloads how many changes of a document wait for the server. */
export function rememberWaiting(userId: string, documentId: string, changes: number): void {
  const key = `${WAITING_PREFIX}${userId}.${documentId}`;
  if (changes > 0) localStorage.setItem(key, String(changes));
  else localStorage.removeItem(key);
}

export function recallWaiting(userId: string, documentId: string): number {
  const kept = Number(localStorage.getItem(`${WAITING_PREFIX}${userId}.${documentId}`));
  return Number.isInteger(kept) && kept > 0 ? kept : 0;
}

const UNSAVED_PREFIX = "lectern.unsaved.";
/** What a person has typed in this tab and not sent. */
export const DRAFT_PREFIX = "lectern.draft.";

/**
 * Remember across reloads which keys of a document have changes that wait for the server.
 *
 * Tabs share the list: each adds and takes away only its own.
 */
export function rememberUnsaved(
  userId: string,
  documentId: string,
  { add = [], remove = [] }: { add?: Iterable<string>; remove?: Iterable<string> },
): void {
  const keys = new Set([...recallUnsaved(userId, documentId), ...add]);
  for (const key of remove) keys.delete(key);
  const name = `${UNSAVED_PREFIX}${userId}.${documentId}`;
  if (keys.size > 0) localStorage.setItem(name, JSON.stringify([...keys]));
  else localStorage.removeItem(name);
}

export function recallUnsaved(userId: string, documentId: string): string[] {
  try {
    const kept: unknown = JSON.parse(
      localStorage.getItem(`${UNSAVED_PREFIX}${userId}.${documentId}`) ?? "[]",
    );
    return Array.isArray(kept) ? kept.filter((key): key is string => typeof key === "string") : [];
  } catch {
    return [];
  }
}

/** Changes of this person, over all documents, that only this device has. */
export function waitingEverywhere(userId: string): number {
  let total = 0;
  for (let index = 0; index < localStorage.length; index++) {
    const key = localStorage.key(index);
    if (key?.startsWith(`${WAITING_PREFIX}${userId}.`)) total += Number(localStorage.getItem(key)) || 0;
  }
  return total;
}

/** Forget everything this device keeps for a person (they signed out). */
export async function forgetPerson(userId: string, store: DeviceStore = deviceStore()): Promise<void> {
  for (const key of Object.keys(localStorage)) {
    if ([WAITING_PREFIX, UNSAVED_PREFIX].some((prefix) => key.startsWith(`${prefix}${userId}.`)))
      localStorage.removeItem(key);
  }
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(`${DRAFT_PREFIX}${userId}.`)) sessionStorage.removeItem(key);
  }
  const databases = await indexedDB.databases();
  await Promise.all(
    databases
      .map(({ name }) => name ?? "")
      .filter((name) => name.startsWith(`${BOARD_PREFIX}${userId}:`))
      .map(deleteDatabase),
  );
  for (const key of await store.keys(`${userId}:`)) await store.remove(key);
}
