// Housekeeping: old log entries, client groups out of use, and rejections that nobody dismissed go.
import { commitPatiently } from "./backoff.ts";
import { type ClientGroup, dayOf } from "./client_group.ts";
import { decode, keys } from "./keys.ts";
import type { Space } from "./space.ts";
import { commitDrafts, type Store } from "./write.ts";

/** How long things stay. */
export type Keep = {
  /** As many of each space's newest log entries stay, however old: at least one. */
  logEntries: number;
  /** For so many days each log entry stays, however many there are. */
  logDays: number;
  /** For so many days a client group stays after it last pushed or pulled. */
  groupDays: number;
  /** For so many days a rejection stays that its user has not dismissed. */
  rejectionDays: number;
};

export const KEEP: Keep = {
  logEntries: 1_000,
  logDays: 7,
  groupDays: 30,
  rejectionDays: 365,
};

const DAY = 86_400_000; // ms
/** Log entries are never younger when they go: a write looks for its own (write.ts). */
const YOUNGEST = 60_000; // ms; several times as long as a write is tried
const SLICE = 500; // records of a kind that are looked at in one turn
const BATCH = 50; // records that one commit deletes: KV is free for others in between
const PAUSE = 5; // ms between two batches
const FIRST = 10_000; // ms until a process's first turn; on some hosts it lives no longer
const PERIOD = 60_000; // ms between two turns
const REST = 3_600_000; // ms between two passes through all records of a kind

/** How far a chore has come: `["chore", name]`. */
type Progress = {
  /** Where KV's list goes on; null when the pass is done. */
  cursor: string | null;
  /** When that was, in milliseconds since 1970. */
  at: number;
};

/** One kind of record, and what is done with each. */
type Chore = {
  name: string;
  prefix: Deno.KvKey;
  tend(entry: Deno.KvEntry<unknown>, now: number): Promise<void>;
};

/**
 * Goes through the store, a slice of each kind of record a turn, from where the
 * last turn stopped. That is kept in KV, so that processes that live for seconds
 * get through as well, and several share the work; two that do the same at the
 * same time do no harm. Times are milliseconds since 1970.
 */
export class Housekeeping {
  readonly #chores: Chore[] = [
    {
      name: "logs",
      prefix: keys.versions(),
      tend: ({ key: [, space], value }, now) =>
        this.#prune(space as string, value as number, now),
    },
    {
      name: "groups",
      prefix: keys.groups(),
      tend: (group, now) =>
        this.#expire(group as Deno.KvEntry<ClientGroup>, now),
    },
    {
      name: "rejections",
      prefix: keys.allRejections(),
      tend: (rejection, now) =>
        this.#forgive(rejection as Deno.KvEntry<Uint8Array>, now),
    },
  ];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(
    private readonly store: Store,
    private readonly spaceOf: (name: string) => Space,
    private readonly keep: Keep,
  ) {}

  /** Takes turns from now on, until `stop`; they do not keep the process alive. */
  start(): void {
    this.#plan(FIRST);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Jittered, so that processes that were started together spread out. */
  #plan(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      await this.turn(Date.now());
      if (!this.#stopped) this.#plan(PERIOD);
    }, delay * (0.5 + Math.random()));
    Deno.unrefTimer(this.#timer);
  }

  /** Tends to the next slice of each kind, unless all were tended to just now. */
  async turn(now: number): Promise<void> {
    const { kv } = this.store;
    for (const chore of this.#chores) {
      try {
        const key = keys.chore(chore.name);
        const { value } = await kv.get<Progress>(key);
        const cursor = value?.cursor ?? null;
        if (value && cursor === null && now - value.at < REST) continue;
        const next = await this.#slice(chore, cursor, now);
        await kv.set(key, { cursor: next, at: now });
      } catch (error) {
        this.#report(chore, error);
      }
    }
  }

  /** Tends to all there is. */
  async pass(now: number): Promise<void> {
    for (const chore of this.#chores) {
      let cursor: string | null = null;
      do {
        cursor = await this.#slice(chore, cursor, now);
      } while (cursor !== null && !this.#stopped);
    }
  }

  /**
   * Tends to one slice; gives back where the next begins, null after the last.
   * A record that fails is left for the next pass, and so is all when KV is away.
   */
  async #slice(
    chore: Chore,
    cursor: string | null,
    now: number,
  ): Promise<string | null> {
    const options = { limit: SLICE, cursor: cursor ?? undefined };
    let next: string | null = null;
    let left = SLICE;
    try {
      const list = this.store.kv.list({ prefix: chore.prefix }, options);
      for await (const entry of list) {
        if (this.#stopped) return next ?? cursor;
        next = list.cursor;
        left--;
        await chore.tend(entry, now);
      }
      return left === 0 ? next : null;
    } catch (error) {
      this.#report(chore, error);
      return next;
    }
  }

  #report({ name }: Chore, error: unknown): void {
    if (this.#stopped) return; // KV may be closed by now
    console.error(`Housekeeping of ${name} was put off`, error);
  }

  /** Deletes the oldest log entries of a space that is at `version`, or further. */
  async #prune(space: string, version: number, now: number): Promise<void> {
    const { kv } = this.store;
    const { logEntries, logDays } = this.keep;
    const end = version - Math.max(1, logEntries) + 1;
    const since = now - Math.max(logDays * DAY, YOUNGEST);
    const range = { start: keys.log(space, 0), end: keys.log(space, end) };
    for (let more = end > 1; more && !this.#stopped;) {
      const atomic = kv.atomic();
      let deleted = 0;
      for await (
        const { key, value } of kv.list<Uint8Array>(range, { limit: BATCH })
      ) {
        if (JSON.parse(decode(value)).at > since) break;
        atomic.delete(key);
        deleted++;
      }
      if (deleted > 0) await commitPatiently(atomic);
      more = deleted === BATCH;
      if (more) await pause();
    }
  }

  /**
   * Deletes a group that is out of use, and its clients before it: should the
   * process die in between, the group is found again. The check sees to it that
   * one which comes back meanwhile stays.
   */
  async #expire(
    { key, value, versionstamp }: Deno.KvEntry<ClientGroup>,
    now: number,
  ): Promise<void> {
    if (dayOf(now) - value.seenOn <= this.keep.groupDays) return;
    const prefix = keys.clients(key[1] as string);
    for (let more = true; more && !this.#stopped;) {
      const atomic = this.store.kv.atomic().check({ key, versionstamp });
      let deleted = 0;
      for await (
        const client of this.store.kv.list({ prefix }, { limit: BATCH })
      ) {
        atomic.delete(client.key);
        deleted++;
      }
      more = deleted === BATCH;
      if (!more) atomic.delete(key);
      if (!await commitPatiently(atomic)) return;
      if (more) await pause();
    }
  }

  /** Takes an old rejection away as its user would: its space's log says so. */
  async #forgive(
    { key, value }: Deno.KvEntry<Uint8Array>,
    now: number,
  ): Promise<void> {
    const { at } = JSON.parse(decode(value));
    if (!(now - at > this.keep.rejectionDays * DAY)) return;
    const [, name, userID, clientID, mutationID] = key as [
      string,
      ...[string, string, string, number],
    ];
    const { store } = this;
    await commitDrafts(store, [this.spaceOf(name)], async ([draft]) => {
      const { versionstamp } = await store.kv.get(key);
      if (versionstamp === null) return; // dismissed meanwhile
      // Left behind by an erasure that died: it must not give birth to the space.
      if (!draft.space.born) return void await store.kv.delete(key);
      draft.take(draft.stageDismissal(userID, clientID, mutationID));
    });
  }
}

async function pause(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, PAUSE);
  await promise;
}
