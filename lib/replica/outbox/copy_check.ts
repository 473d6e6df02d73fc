// Finds out whether a copy on the disk is whole. Loaded on use: it is rarely needed.
import type { resultOf } from "../local/idb.ts";

/** It is handed over: imported from here, it would be one more script of each page. */
type ResultOf = typeof resultOf;

/** Where Replicache keeps all in a database; and which database says what copies there are. */
const STORE = "chunks";
const REGISTRY = "replicache-dbs-v0";

/** What a database holds, by key. */
export type Entries = ReadonlyMap<string, unknown>;

/**
 * Whether Replicache cannot go on with the copy in a database, as the database
 * lacks what the copy needs. What says which copies there are is emptied if it
 * is broken: it is written anew with each copy that is opened.
 */
export async function isBroken(
  name: string,
  resultOf: ResultOf,
): Promise<boolean> {
  const registry = await entriesOf(REGISTRY, resultOf);
  if (registry && !isRegistry(registry)) {
    await empty(REGISTRY, resultOf);
    return true;
  }
  const entries = await entriesOf(name, resultOf);
  return entries !== undefined && !isWhole(entries);
}

/**
 * Whether all that a copy's heads lead to is there, of the right kind and
 * counted: what is counted too low would be deleted while it is used. A head is
 * under `h/<name>`; of a chunk there are its data under `c/<hash>/d`, the chunks
 * that it refers to under `c/<hash>/m`, and how often it is referred to under
 * `c/<hash>/r`.
 */
export function isWhole(entries: Entries): boolean {
  const counts = new Map<string, number>();
  const queue: unknown[] = [];
  for (const [key, hash] of entries) if (key.startsWith("h/")) queue.push(hash);
  while (queue.length > 0) {
    const hash = queue.pop();
    if (typeof hash !== "string") return false;
    const count = (counts.get(hash) ?? 0) + 1;
    counts.set(hash, count);
    const stored = entries.get(`c/${hash}/r`);
    if (typeof stored !== "number" || stored < count) return false;
    if (count > 1) continue; // it has been looked at
    const refs = entries.get(`c/${hash}/m`) ?? [];
    const needed = refsOf(entries.get(`c/${hash}/d`));
    if (!needed || !Array.isArray(refs)) return false;
    if (!needed.every((each) => refs.includes(each))) return false;
    queue.push(...refs);
  }
  return true;
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null;

/** The chunks that a chunk's data name; undefined when it is none of the kinds that there are. */
function refsOf(data: unknown): unknown[] | undefined {
  // A node of the tree of entries: of its children, or of entries themselves.
  if (Array.isArray(data)) {
    const [level, entries] = data;
    const isNode = typeof level === "number" && Array.isArray(entries) &&
      entries.every((each) => Array.isArray(each) && each.length === 3);
    if (!isNode) return;
    return level > 0 ? entries.map(([, hash]) => hash) : [];
  }
  if (!isObject(data)) return;
  // A commit.
  if ("meta" in data || "valueHash" in data) {
    return isObject(data.meta) ? [data.valueHash] : undefined;
  }
  // All clients, or all client groups, by ID.
  const hashes: unknown[] = [];
  for (const each of Object.values(data)) {
    if (!isObject(each)) return;
    if ("headHash" in each) hashes.push(each.headHash);
    else if (!Array.isArray(each.refreshHashes)) return;
    else hashes.push(...each.refreshHashes);
  }
  return hashes;
}

function isRegistry(entries: Entries): boolean {
  const { dbs: copies = {}, profileId: profile = "" } = Object.fromEntries(
    entries,
  ) as Record<string, unknown>;
  return typeof profile === "string" && isObject(copies) &&
    Object.entries(copies).every(([name, copy]) =>
      isObject(copy) && copy.name === name &&
      typeof copy.replicacheName === "string" &&
      typeof copy.schemaVersion === "string" &&
      typeof copy.replicacheFormatVersion === "number"
    );
}

/** All of a database; undefined when there is none, or none of Replicache's. */
async function entriesOf(
  name: string,
  resultOf: ResultOf,
): Promise<Entries | undefined> {
  const db = await opened(name, resultOf);
  if (!db) return;
  try {
    if (!db.objectStoreNames.contains(STORE)) return;
    const store = db.transaction(STORE).objectStore(STORE);
    const [keys, values] = await Promise.all([
      resultOf(store.getAllKeys()),
      resultOf(store.getAll()),
    ]);
    return new Map(keys.map((key, i) => [String(key), values[i]]));
  } finally {
    db.close();
  }
}

async function empty(name: string, resultOf: ResultOf): Promise<void> {
  const db = await opened(name, resultOf);
  try {
    const tx = db!.transaction(STORE, "readwrite");
    await resultOf(tx.objectStore(STORE).clear());
  } finally {
    db!.close();
  }
}

/** Opens a database; undefined when there is none, and it is not made. */
async function opened(
  name: string,
  resultOf: ResultOf,
): Promise<IDBDatabase | undefined> {
  const request = indexedDB.open(name);
  let isNew = false;
  request.onupgradeneeded = () => {
    isNew = true;
    request.transaction!.abort();
  };
  try {
    return await resultOf(request);
  } catch (error) {
    if (!isNew) throw error;
  }
}
