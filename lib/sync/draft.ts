// What a commit to one space is going to change: collected in memory, then written at once.
import type { ReadonlyJSONValue } from "replicache";
import { Records } from "./client_group.ts";
import { type Collection, collectionOf } from "./domain.ts";
import { encode, keyBytes, keys, NOTHING } from "./keys.ts";
import {
  assertKey,
  BASE_COST,
  CHECK_COST,
  type Cost,
  fits,
  MAX_VALUE_BYTES,
  NO_COST,
  plus,
  TooLarge,
} from "./limits.ts";
import {
  jsonOf,
  type LogEntry,
  type Op,
  pack,
  type StoredLogEntry,
} from "./log.ts";
import { type Rejection, Rejections } from "./rejections.ts";
import type { Space } from "./space.ts";
import type { Store } from "./store.ts";
import { overlaid, type Source, type Written } from "./transaction.ts";

const NONE: ReadonlySet<string> = new Set();

/** One entry's change. `was` and `now` are its order in a windowed collection. */
type Change = {
  written: Written;
  bytes?: Uint8Array;
  was?: number;
  now?: number;
};

/** What one mutation is going to change, not yet part of the draft. */
export type Staged = {
  changes: Map<string, Change>;
  /** Keys that were taken to be absent; the commit checks that they are. */
  absent?: ReadonlySet<string>;
  rejections?: Rejection[];
  cost: Cost;
};

/** A storage call failed: whatever ran on it is void. */
export class StorageFailure extends Error {}

/**
 * The changes of a commit on top of a space at the version where the draft was
 * begun. Reads go through it, so that each mutation sees those before it.
 */
export class Draft implements Source {
  /** The space's version that the commit replaces. */
  readonly base: number;
  readonly records = new Records();
  /** Of the version; the commit checks it. */
  readonly versionstamp: string | null;
  readonly #changes = new Map<string, Change>();
  readonly #written = new Map<string, Written>();
  readonly rejections: Rejections;
  readonly #absent = new Set<string>();
  /** Keys of the app's own, and the versionstamps that they must have. */
  readonly #checks = new Map<Deno.KvKey, string | null>();
  #cost: Cost;
  #failure: unknown;
  #log: LogEntry[] = [];
  #inTurn: (versionstamp: string, version: number) => void = () => {};
  #leavesNote = false;
  readonly #collections: readonly Collection[];

  /** @param guard is checked as well: for records that are remembered under it. */
  constructor(
    readonly space: Space,
    private readonly store: Pick<Store, "collections" | "notes">,
    private readonly guard?: string | null,
  ) {
    this.#collections = store.collections(space.name);
    this.#cost = guard === undefined ? BASE_COST : plus(BASE_COST, CHECK_COST);
    this.base = space.version;
    this.rejections = new Rejections(space);
    this.versionstamp = space.versionstamp;
  }

  /** Whether there is nothing to commit. */
  get empty(): boolean {
    return this.#changes.size === 0 && this.rejections.size === 0 &&
      this.records.empty;
  }

  async entry(key: string): Promise<ReadonlyJSONValue | undefined> {
    if (this.#written.has(key)) return this.#written.get(key)?.value;
    assertKey(key);
    try {
      return await this.space.entry(key);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Whether `entry` gives it without a read. */
  knows(key: string): boolean {
    return this.#written.has(key) || this.space.remembers(key);
  }

  async *entriesFrom(
    key: string,
  ): AsyncGenerator<readonly [string, ReadonlyJSONValue]> {
    assertKey(key);
    try {
      yield* overlaid(this.space.entriesFrom(key), this.#written, key);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): unknown {
    this.#failure ??= error;
    return error;
  }

  /** Throws when a storage call has failed, even if a mutator swallowed that. */
  assertReadsSucceeded(): void {
    if (this.#failure === undefined) return;
    throw new StorageFailure("A storage call failed", { cause: this.#failure });
  }

  /**
   * Works out what a mutation's writes change and cost, before they are taken
   * in. `absent` are keys that were not looked up. Throws `TooLarge` when one of
   * them can't be stored.
   */
  async stage(
    written: ReadonlyMap<string, Written>,
    absent: ReadonlySet<string> = NONE,
  ): Promise<Staged> {
    const changes = new Map<string, Change>();
    let cost = NO_COST;
    for (const key of absent) cost = plus(cost, this.#costOfCheck(key));
    for (const [key, value] of written) {
      const earlier = this.#changes.get(key);
      const isNew = absent.has(key);
      const change = await this.#changeOf(key, value, earlier, isNew);
      if (!change) continue;
      changes.set(key, change);
      cost = plus(cost, this.#costOf(key, change));
      if (earlier) cost = plus(cost, this.#costOf(key, earlier), -1);
    }
    return { changes, absent, cost };
  }

  async #changeOf(
    key: string,
    written: Written,
    earlier: Change | undefined,
    isNew: boolean,
  ): Promise<Change | null> {
    assertKey(key);
    const collection = collectionOf(this.#collections, key);
    const change: Change = { written, was: earlier?.was };
    if (!earlier && !isNew) {
      const before = await this.entry(key);
      if (before !== undefined) change.was = collection?.order(before);
      // Deleting what was never there changes nothing.
      else if (written === undefined) return null;
    }
    if (written === undefined) return change;

    change.bytes = encode(written.json);
    if (change.bytes.length > MAX_VALUE_BYTES) {
      throw new TooLarge(`An entry has at most ${MAX_VALUE_BYTES} bytes.`);
    }
    change.now = collection?.order(written.value);
    if (collection && !Number.isFinite(change.now)) {
      throw new TypeError(`The order of ${key} is not a finite number.`);
    }
    return change;
  }

  #costOf(key: string, { bytes, was, now }: Change): Cost {
    const { name } = this.space;
    const prefix = collectionOf(this.#collections, key)?.prefix ?? "";
    const each = keyBytes(keys.order(name, prefix, 0, key));
    const sets = was === now
      ? 1
      : 1 + Number(was !== undefined) + Number(now !== undefined);
    return {
      sets,
      keyBytes: each * sets,
      bytes: 2 * (bytes?.length ?? 0) + each * (sets + 6), // log included, escaped
      checks: 0,
    };
  }

  #costOfCheck(key: string): Cost {
    const bytes = keyBytes(keys.entry(this.space.name, key));
    return { sets: 0, keyBytes: bytes, bytes, checks: 1 };
  }

  /** The same for a rejection that its user has dismissed. */
  stageDismissal(userID: string, clientID: string, mutationID: number): Staged {
    const staged = this.rejections.stage(userID, clientID, mutationID);
    return { changes: new Map(), ...staged };
  }

  /** The same for a rejection that only its user sees. */
  async stageRejection(
    userID: string,
    clientID: string,
    mutationID: number,
    value: ReadonlyJSONValue,
  ): Promise<Staged> {
    try {
      const staged = await this.rejections
        .stageNew(userID, clientID, mutationID, value);
      return { changes: new Map(), ...staged };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Whether a commit still holds the draft with this and records that cost so much. */
  fits({ cost }: Staged, records: Cost, maxChecks: number): boolean {
    return fits(plus(this.cost, plus(cost, records)), maxChecks);
  }

  get cost(): Cost {
    return plus(this.#cost, this.records.cost);
  }

  /** Whether a commit of so many checks has place for that of a key of the app's own. */
  mayCheck({ key }: Deno.AtomicCheck, maxChecks: number): boolean {
    return this.#checks.has(key) || this.cost.checks < maxChecks;
  }

  /** Has the commit check a key of the app's own as well; false when it is to check another versionstamp of it. */
  checkAlso({ key, versionstamp }: Deno.AtomicCheck): boolean {
    const known = this.#checks.get(key);
    if (known !== undefined) return known === versionstamp;
    this.#checks.set(key, versionstamp);
    this.#cost = plus(this.#cost, CHECK_COST);
    return true;
  }

  /** Takes in what was staged; it must have been staged on this very draft. */
  add({ changes, absent = NONE, rejections = [], cost }: Staged): void {
    for (const key of absent) this.#absent.add(key);
    for (const [key, change] of changes) {
      this.#changes.set(key, change);
      this.#written.set(key, change.written);
    }
    this.rejections.take(rejections);
    this.#cost = plus(this.#cost, cost);
  }

  /** Adds to a commit that the space is still as the draft found it. */
  addCheckTo(atomic: Deno.AtomicOperation): void {
    const key = keys.version(this.space.name);
    atomic.check({ key, versionstamp: this.versionstamp });
  }

  /**
   * Adds the draft's checks and writes to an atomic operation; gives back the
   * log entries in it. The commit takes the space from `base` to `base` plus
   * their number. `moreChecks` is how many it takes beyond those of its cost.
   */
  addTo(atomic: Deno.AtomicOperation, moreChecks = 0): StoredLogEntry[] {
    const { name, turns } = this.space;
    const ops: [Op, string][] = [];
    this.addCheckTo(atomic);
    for (const key of this.#absent) {
      atomic.check({ key: keys.entry(name, key), versionstamp: null });
    }
    for (const [key, versionstamp] of this.#checks) {
      atomic.check({ key, versionstamp });
    }
    this.#inTurn = turns.addTo(atomic);
    if (this.guard !== undefined) {
      atomic.check({ key: keys.guard(name), versionstamp: this.guard });
    }
    for (const [key, { written, bytes, was, now }] of this.#changes) {
      if (bytes) atomic.set(keys.entry(name, key), bytes);
      else atomic.delete(keys.entry(name, key));
      const prefix = collectionOf(this.#collections, key)?.prefix ?? "";
      if (was !== undefined && was !== now) {
        atomic.delete(keys.order(name, prefix, was, key));
      }
      if (now !== undefined && was !== now) {
        atomic.set(keys.order(name, prefix, now, key), NOTHING);
      }
      const op: Op = { key };
      if (written) op.value = written.value;
      if (was !== undefined) op.was = was;
      if (now !== undefined) op.now = now;
      ops.push([op, jsonOf(op, written?.json)]);
    }
    for (const op of this.rejections.addTo(atomic)) {
      ops.push([op, JSON.stringify(op)]);
    }
    const confirmations = this.records.addTo(atomic, moreChecks);
    const log = pack(ops, confirmations, this.records.lost);
    log.forEach(({ stored }, i) =>
      atomic.set(keys.log(name, this.base + 1 + i), stored)
    );
    atomic.set(keys.version(name), this.base + log.length);
    const { notes } = this.store;
    this.#leavesNote = ops.some(([op]) =>
      op.for === undefined && notes?.isNoted(name, op)
    );
    if (this.#leavesNote) atomic.set(keys.note(name, this.base + 1), 0);
    this.#log = log.map(({ entry }) => entry);
    return log;
  }

  /** Tells the space that the commit has happened, under this versionstamp. */
  committed(versionstamp: string): void {
    this.space.advance(this.base, this.#log, versionstamp);
    this.#inTurn(versionstamp, this.base + this.#log.length);
    if (this.#leavesNote) this.store.notes?.onNote();
  }
}
