// Keeps spaces in step with what other processes write to them.
import { keys } from "./keys.ts";
import { logFailure } from "./log_failure.ts";
import type { Space } from "./space.ts";
import { watchKeys } from "./watch_keys.ts";

const MAX_KEYS = 10; // of KV: in one read, and in one watch
/** In ms: a watch is opened once for all spaces that come and go within this time. */
const GATHER_MS = 20;
/** How often all are looked at where a watch sees no other process, as on one SQLite file. */
const LOOK_AT_ALL_MS = 1_000;
/** Where watches see all: how often some are looked at, and how seldom the same, as a watch may fail. */
const LOOK_AT_SOME_MS = 3_000;
const LOOK_AGAIN_MS = 10_000;

/** Up to ten spaces that have readers, with one watch. */
class Group {
  readonly spaces = new Set<Space>();
  /** By `performance.now()`, when their versions were last read. */
  lookedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #endWatch: (() => void) | undefined;

  /** Opens the watch anew, soon, for the spaces that there are by then. The old one goes on until then. */
  reopenSoon(watch: (keys: Deno.KvKey[]) => () => void): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#endWatch?.();
      this.#endWatch = watch(
        [...this.spaces].map(({ name }) => keys.version(name)),
      );
    }, GATHER_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#endWatch?.();
  }
}

/** The groups to look at by now: all, or, where watches see all, the one that was looked at longest ago, if that is long. */
export function groupsToLookAt<G extends { lookedAt: number }>(
  groups: Iterable<G>,
  watchesSeeAll: boolean,
  now: number,
): G[] {
  if (!watchesSeeAll) return [...groups];
  let last: G | undefined;
  for (const each of groups) {
    if (!last || each.lookedAt < last.lookedAt) last = each;
  }
  return last && now - last.lookedAt >= LOOK_AGAIN_MS ? [last] : [];
}

/**
 * The spaces that have readers: one watch for ten of them, and looks at their
 * versions. A change reaches the space, which tells its readers.
 */
export class VersionWatches {
  readonly #groups = new Set<Group>();
  readonly #groupOf = new Map<Space, Group>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly kv: Deno.Kv,
    private readonly watchesSeeAll: boolean,
  ) {}

  add(space: Space): void {
    const group = this.#withPlace();
    group.spaces.add(space);
    this.#groupOf.set(space, group);
    this.#watch(group);
    this.#timer ??= this.#plan();
  }

  remove(space: Space): void {
    const group = this.#groupOf.get(space);
    if (!group) return;
    this.#groupOf.delete(space);
    group.spaces.delete(space);
    if (group.spaces.size > 0) return this.#watch(group);
    group.end();
    this.#groups.delete(group);
    if (this.#groups.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #withPlace(): Group {
    for (const each of this.#groups) {
      if (each.spaces.size < MAX_KEYS) return each;
    }
    const group = new Group();
    this.#groups.add(group);
    return group;
  }

  #watch(group: Group): void {
    group.reopenSoon((keys) =>
      watchKeys(
        this.kv,
        keys,
        () => this.#look(group), // first at once: nothing falls between two watches
        (error) => this.#report(group, error),
      )
    );
  }

  #plan(): ReturnType<typeof setTimeout> {
    const period = this.watchesSeeAll ? LOOK_AT_SOME_MS : LOOK_AT_ALL_MS;
    return setTimeout(() => this.#poll(), period);
  }

  /** Looks at those whose turn it is; the next poll waits for the end of this one, as KV may be slow. */
  async #poll(): Promise<void> {
    const timer = this.#timer;
    const now = performance.now();
    const due = groupsToLookAt(this.#groups, this.watchesSeeAll, now);
    await Promise.all(due.map((group) => this.#look(group)));
    // It may have been ended meanwhile, and begun anew.
    if (this.#timer === timer) this.#timer = this.#plan();
  }

  /** Catches up with those spaces of a group that have moved on, all at once: one may be slow. */
  async #look(group: Group): Promise<void> {
    const spaces = [...group.spaces];
    if (spaces.length === 0) return;
    group.lookedAt = performance.now();
    try {
      const versions = await this.kv.getMany<number[]>(
        spaces.map(({ name }) => keys.version(name)),
      );
      const catchUps = spaces.map((space, i) => space.catchUp(versions[i]));
      await Promise.allSettled(catchUps);
      await Promise.all(catchUps); // throws what the first of them threw
    } catch (error) {
      this.#report(group, error);
    }
  }

  #report(group: Group, error: unknown): void {
    if (!this.#groups.has(group)) return; // KV may be closed by now
    logFailure("The versions of watched spaces could not be read", error);
  }
}
