// What all operations of the engine need besides a space: the KV, its limits, the strategy.
import type { Collection } from "./domain.ts";

export type Store = {
  kv: Deno.Kv;
  /** The windowed collections of a space. */
  collections: (space: string) => readonly Collection[];
  /** How many checks one commit takes: 100, or 10 on denokv. */
  maxChecks: number;
  strategy: Strategy;
};

/**
 * How pulls are answered, in Replicache's terms: with what has changed since
 * the cookie (Global Version), or with the whole view when anything has (Reset).
 */
export type Strategy = "global-version" | "reset";
