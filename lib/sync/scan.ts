// Scans what there may be any number of, all spaces or a space's entries, a few at a time.
import type { ReadonlyJSONValue } from "replicache";
import { keyBytes, keys, parse } from "./keys.ts";
import { LIST_OPTIONS } from "./log.ts";

/** An entry, and how many bytes KV holds of it, its key included. */
export type ScannedEntry = {
  key: string;
  value: ReadonlyJSONValue;
  bytes: number;
};

/** A space, and its version when it was read. */
export type ScannedSpace = { space: string; version: number };

/** All spaces whose names begin with `prefix`, in the order of these. Throws what storage throws. */
export async function* scanSpaces(
  kv: Deno.Kv,
  prefix: string,
): AsyncGenerator<ScannedSpace> {
  const selector = { prefix: keys.versions(), start: keys.version(prefix) };
  const list = kv.list<number>(selector, LIST_OPTIONS);
  for await (const { key, value: version } of list) {
    const space = key[1] as string;
    if (!space.startsWith(prefix)) return;
    yield { space, version };
  }
}

const ENTRIES_PER_READ = 10; // 580 kB of JSON at the most, which are parsed in one turn

/**
 * All entries of a space whose keys begin with `prefix`, in the order of their
 * keys. Each read is of a moment of its own: what is written meanwhile may be
 * among them or not. Throws what storage throws.
 */
export async function* scanEntries(
  kv: Deno.Kv,
  space: string,
  prefix: string,
): AsyncGenerator<ScannedEntry> {
  const selector = {
    prefix: keys.entries(space),
    start: keys.entry(space, prefix),
  };
  const list = kv.list<Uint8Array>(selector, { batchSize: ENTRIES_PER_READ });
  for await (const { key, value } of list) {
    const name = key[2] as string;
    if (!name.startsWith(prefix)) return;
    const bytes = keyBytes(key) + value.length;
    yield { key: name, value: parse(value), bytes };
  }
}
