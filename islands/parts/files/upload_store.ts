// The messages with files that have not been sent, with their files, on this device: in IndexedDB, shared by all tabs.
import { committed, inTime, resultOf } from "../../../lib/replica/local/idb.ts";
import type { PreparedFile } from "./prepare_file.ts";

export type UnsentFile = PreparedFile & {
  alt?: string;
  /** The hash of its content, once it is uploaded. */
  id?: string;
};

/** As it is stored: releases before and after read it, too. */
export type UnsentMessage = {
  id: string;
  userID: string;
  roomID: string;
  content: string;
  replyTo?: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  files: UnsentFile[];
  /** `sent`: its mutation has been made, and waits for the server. */
  state: "uploading" | "sent" | "refused";
  /** Why it was refused, for a person. */
  reason?: string;
};

const DATABASE = "uploads";
const STORE = "messages";

/**
 * All that `body` asks of the store is done, or nothing. Opened for each use: so
 * none is open while somebody signs out, and one that dies is no matter. Rejects
 * when the disk refuses, or is full.
 */
async function use<T>(
  mode: IDBTransactionMode,
  body: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () =>
    request.result.createObjectStore(STORE, { keyPath: "id" });
  const db = await inTime(resultOf(request));
  try {
    const tx = db.transaction(STORE, mode);
    const [result] = await Promise.all([
      body(tx.objectStore(STORE)),
      committed(tx),
    ]);
    return result;
  } finally {
    db.close();
  }
}

export const add = (message: UnsentMessage): Promise<unknown> =>
  use("readwrite", (messages) => resultOf(messages.add(message)));

/** Changes nothing where it was discarded meanwhile, in whatever tab. */
export const change = (
  id: string,
  changes: Partial<UnsentMessage>,
): Promise<void> =>
  use("readwrite", async (messages) => {
    const before = await resultOf(messages.get(id));
    if (before) await resultOf(messages.put({ ...before, ...changes }));
  });

export const discard = (id: string): Promise<void> =>
  use("readwrite", (messages) => resultOf(messages.delete(id)));

/** Everybody's on this device, the oldest first. */
export async function allUnsent(): Promise<UnsentMessage[]> {
  const known = await indexedDB.databases?.();
  if (known && !known.some(({ name }) => name === DATABASE)) return [];
  const all: UnsentMessage[] = await use(
    "readonly",
    (messages) => resultOf(messages.getAll()),
  );
  return all.sort((a, b) => a.createdAt - b.createdAt);
}
