// What all operations of the engine need besides a space: the KV, its limits, the strategy.
import type { Change, Collection } from "./domain.ts";

export type Store = {
  kv: Deno.Kv;
  /** The windowed collections of a space. */
  collections: (space: string) => readonly Collection[];
  /** How many checks one commit takes: 100, or 10 on denokv. */
  maxChecks: number;
  strategy: Strategy;
  measure?: Measure;
  notes?: NoteTaking;
};

/** Which commits leave a note for the app; see notes.ts. */
export type NoteTaking = {
  isNoted: (space: string, change: Change) => boolean;
  /** A commit of this process has left one. */
  onNote: () => void;
};

/** Told of work as it is done, for the app's own metrics. */
export type Measure = {
  /** A commit for pushes happened, of so many pushes. */
  commit?: (pushes: number) => void;
  /** The readers of a space were poked, so many ms after the oldest commit that they had not heard of, whichever process made it. */
  poke?: (ms: number) => void;
};

/**
 * How pulls are answered, in Replicache's terms: with what has changed since
 * the cookie (Global Version), or with the whole view when anything has (Reset).
 */
export type Strategy = "global-version" | "reset";
