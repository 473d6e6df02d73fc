// What an app may set when it opens the engine, and for a pull.
import type { ReadonlyJSONValue } from "replicache";
import type { Hold } from "./charged_reads.ts";
import type { Retention } from "./housekeeping.ts";
import type { Wanted } from "./pull.ts";
import type { Measure, Strategy } from "./store.ts";

/** Gives up to ten entries of a space, undefined where there is none. */
type Get = (...keys: string[]) => Promise<(ReadonlyJSONValue | undefined)[]>;

export type SyncOptions = {
  /** How many checks one atomic operation of this KV takes: 100, or 10 on denokv. */
  maxChecks?: number;
  /** Whether watches of this KV see what other processes write, as those of one SQLite file do not. */
  watchesSeeAll?: boolean;
  strategy?: Strategy;
  measure?: Measure;
  /** Called after a commit of this process has left a note. */
  onNote?: () => void;
  /** How many bytes of JSON the spaces in memory may remember, all together. */
  cacheBytes?: number;
  /** How long records stay that are not needed any more; see `Retention`. */
  retention?: Partial<Retention>;
};

/** Of one pull; see `Sync.pull`. */
export type PullOptions = Wanted & {
  /** `get` gives entries as they are after the last read, or are remembered, as new as the answer or newer. */
  mayRead: (space: string, get: Get) => Promise<boolean>;
  hold?: Hold;
  copies?: string;
};
