// Indexes messages in the background: one process at a time, at a pace that leaves KV to pushes.
import { kindOf, roomSpace } from "../../chat/spaces.ts";
import {
  commitOrUnavailable,
  logFailure,
  type ScannedSpace,
} from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import { Lease } from "../lease.ts";
import { type IndexHead, indexKeys } from "./index_store.ts";
import { IndexWriter } from "./index_writer.ts";

const LEASE_MS = 60_000; // so long others wait for one that died
/** Changes are gathered for so long: a chunk is rebuilt once for all of them. */
const GATHER_MS = 500;
/** How soon one that has seen no change looks again for what others have noted; and where each look is a request to a server. */
const LOOK_MS = 1_000;
const LOOK_SELDOM_MS = 20_000;
/** For so long steps are made between two looks. */
const TURN_MS = 1_000;
/** After a step comes a pause, so many times as long as it took. */
const PAUSE_PER_STEP = 3;
const MAX_PAUSE_MS = 200;
const RETRY_MS = 5_000; // after a failure
/** How often all rooms are compared with the index, for what a process that died had not noted. */
const COMPARE_MS = 600_000;
const ROOMS_PER_COMPARISON = 500;
/** How many rooms are noted, or taken from the notes, at once. */
const MAX_NOTES = 100;

/**
 * Keeps the index of each room in step with its log. Each process knows which
 * rooms it has changed itself: the one that has the lease indexes them, the
 * others note them in KV for that one. A push waits for none of this.
 */
export class IndexWorker {
  /** Rooms that may have changed since the turn that is under way began; what has waited longest comes first. */
  #due = new Set<string>();
  readonly #writer: IndexWriter;
  readonly #lease: Lease;
  #unfollow: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next turn begins, by `performance.now()`. */
  #nextTurn = Infinity;
  #turn = Promise.resolve();
  /** Whether this process indexed in its last turn. */
  #leads = false;
  #othersWrite = false;
  /** Rooms that differ from their index, while all are being compared. */
  #comparison: AsyncGenerator<string[]> | undefined;
  #compareAt = 0;
  #stopped = false;

  /** @param isServer whether KV is a server, to which each look is a request. */
  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
    private readonly isServer: boolean,
  ) {
    this.#writer = new IndexWriter(kv, sync);
    this.#lease = new Lease(kv, "search", LEASE_MS);
  }

  /** Indexes from now on, until `stop`. */
  start(): void {
    this.#unfollow = this.sync.follow((space) => {
      if (kindOf(space)?.kind !== "room") return;
      this.#due.add(space);
      if (this.#nextTurn > performance.now() + GATHER_MS) this.#plan(GATHER_MS);
    });
    this.#plan(0);
  }

  /** Ends it after the step under way, and lets another process go on at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unfollow?.();
    clearTimeout(this.#timer);
    await this.#turn;
    await this.#lease.release();
  }

  #plan(delay: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#nextTurn = performance.now() + delay;
    this.#timer = setTimeout(() => {
      this.#nextTurn = 0; // what comes meanwhile is for this turn, or plans the next
      this.#turn = this.#takeTurn();
    }, delay);
    Deno.unrefTimer(this.#timer);
  }

  async #takeTurn(): Promise<void> {
    let delay = this.isServer ? LOOK_SELDOM_MS : LOOK_MS;
    try {
      let isAll = true;
      if (await this.#lead()) isAll = await this.#indexSome();
      else await this.#note();
      if (!isAll) delay = 0;
      else if (this.#due.size > 0 || this.#othersWrite) delay = GATHER_MS;
    } catch (error) {
      if (!this.#stopped) logFailure("Messages are yet to be indexed", error);
      this.#comparison = undefined;
      delay = RETRY_MS;
    }
    this.#plan(delay);
  }

  /** Whether this process has the lease: it keeps it, and takes one that has ended. */
  async #lead(): Promise<boolean> {
    const leads = await this.#lease.hold();
    if (!leads) this.#othersWrite = false;
    else if (!this.#leads) this.#compareAt = 0;
    return this.#leads = leads;
  }

  /** Tells the process that indexes what has changed here. */
  async #note(): Promise<void> {
    const some = [...this.#due].slice(0, MAX_NOTES);
    if (some.length === 0) return;
    const atomic = this.kv.atomic();
    for (const space of some) atomic.set(indexKeys.due(space), 0);
    await commitOrUnavailable(atomic);
    for (const space of some) this.#due.delete(space);
  }

  /** Takes over what others have noted: from here on it is ours to index. Others that write are likely to go on. */
  async #takeNotes(): Promise<void> {
    const atomic = this.kv.atomic();
    const prefix = indexKeys.allDue();
    let taken = 0;
    for await (
      const { key } of this.kv.list({ prefix }, { limit: MAX_NOTES })
    ) {
      this.#due.add(key.at(-1) as string);
      atomic.delete(key);
      taken++;
    }
    if (taken > 0) await commitOrUnavailable(atomic);
    this.#othersWrite = taken > 0;
  }

  /**
   * Indexes what is due by now, a step of each room at a time; what comes
   * meanwhile is for the next turn. Whether it has come to the end of it.
   */
  async #indexSome(): Promise<boolean> {
    await this.#takeNotes();
    const due = this.#due;
    this.#due = new Set();
    const failed = new Map<string, unknown>();
    const end = performance.now() + TURN_MS;
    let isAll = false;
    while (!isAll && !this.#stopped && performance.now() < end) {
      const [space] = due;
      if (space === undefined) {
        isAll = !await this.#compareSome(due);
        continue;
      }
      due.delete(space);
      const begun = performance.now();
      try {
        if (await this.#writer.next(space)) due.add(space); // behind the others
      } catch (error) {
        failed.set(space, error);
      }
      const took = performance.now() - begun;
      await pause(Math.min(MAX_PAUSE_MS, PAUSE_PER_STEP * took));
    }
    this.#due = new Set([...due, ...this.#due, ...failed.keys()]);
    for (const error of failed.values()) throw error;
    return isAll;
  }

  /** Goes on comparing rooms with their index, when it is time, and adds those that differ; false when there is nothing more to compare. */
  async #compareSome(due: Set<string>): Promise<boolean> {
    const now = Date.now();
    if (!this.#comparison && now < this.#compareAt) return false;
    this.#comparison ??= this.#compare();
    const { done, value } = await this.#comparison.next();
    for (const space of value ?? []) due.add(space);
    if (!done) return true;
    this.#comparison = undefined;
    this.#compareAt = now + COMPARE_MS;
    return false;
  }

  /** All rooms that differ from their index, or have one and are gone, some hundred looked at at a time. */
  async *#compare(): AsyncGenerator<string[], void> {
    let page: ScannedSpace[] = [];
    let from = roomSpace("");
    for await (const each of this.sync.scanSpaces(from)) {
      page.push(each);
      if (page.length < ROOMS_PER_COMPARISON) continue;
      const next = `${each.space}\0`;
      yield await this.#differing(page, from, next);
      [page, from] = [[], next];
    }
    yield await this.#differing(page, from, "room;"); // behind all rooms
  }

  async #differing(
    rooms: readonly ScannedSpace[],
    from: string,
    below: string,
  ): Promise<string[]> {
    const range = { start: indexKeys.head(from), end: indexKeys.head(below) };
    const heads = new Map<string, IndexHead>();
    for await (const { key, value } of this.kv.list<IndexHead>(range)) {
      heads.set(key.at(-1) as string, value);
    }
    const differ = rooms.filter(({ space, version }) => {
      const indexed = heads.get(space);
      heads.delete(space);
      return indexed?.head.version !== version || indexed.stale.length > 0;
    });
    return [...differ.map(({ space }) => space), ...heads.keys()];
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
