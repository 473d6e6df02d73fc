// Housekeeping: deletes old log entries, unused client groups, and rejections that were never dismissed.
import { commitRepeatable } from "./commit.ts";
import { changeGuard, type ClientGroup, dayOf } from "./client_group.ts";
import { decode, keys } from "./keys.ts";
import { logFailure } from "./log_failure.ts";
import type { Space } from "./space.ts";
import type { Store } from "./store.ts";
import { commitDrafts } from "./write.ts";

/** How long records stay that are not needed any more. */
export type Retention = {
  /** As many of each space's newest log entries stay, however old: at least one. */
  logEntries: number;
  /** For so many days each log entry stays, however many there are. */
  logDays: number;
  /** For so many days a client group stays after it last pushed or pulled. */
  groupDays: number;
  /** For so many days a rejection stays that its user has not dismissed. */
  rejectionDays: number;
};

export const DEFAULT_RETENTION: Retention = {
  logEntries: 1_000,
  logDays: 7,
  groupDays: 30,
  rejectionDays: 365,
};

const DAY_MS = 86_400_000;
/** Younger log entries are never deleted: a write looks for its own (write.ts). */
const MIN_LOG_AGE_MS = 60_000; // several times as long as a write is tried
const RECORDS_PER_TURN = 500; // records of a kind that are looked at in one turn
const DELETIONS_PER_COMMIT = 50; // records that one commit deletes: KV is free for others in between
const PAUSE_MS = 5; // between two batches
const FIRST_TURN_MS = 2_000; // until a process's first turn; on Deno Deploy it lives 5 s if nobody asks for more
const TURN_PERIOD_MS = 60_000; // between two turns
const PASS_REST_MS = 3_600_000; // between two passes through all records of a kind

/** How far a task has come: `["chore", name]`. */
type Progress = {
  /** Where KV's list goes on; null when the pass is done. */
  cursor: string | null;
  /** When that was, in milliseconds since 1970. */
  at: number;
};

/** One kind of record, and what is done with each of its records. */
type Task = {
  name: string;
  prefix: Deno.KvKey;
  handle(entry: Deno.KvEntry<unknown>, now: number): Promise<void>;
};

/**
 * Goes through the store, a slice of each kind of record a turn, from where the
 * last turn stopped. That place is stored in KV, so that processes that live for seconds
 * get through as well, and several share the work; two that do the same at the
 * same time do no harm. Times are milliseconds since 1970.
 */
export class Housekeeping {
  readonly #tasks: Task[] = [
    {
      name: "logs",
      prefix: keys.versions(),
      handle: ({ key: [, space], value }, now) =>
        this.#pruneLog(space as string, value as number, now),
    },
    {
      name: "groups",
      prefix: keys.groups(),
      handle: (group, now) =>
        this.#expireGroup(group as Deno.KvEntry<ClientGroup>, now),
    },
    {
      name: "rejections",
      prefix: keys.allRejections(),
      handle: (rejection, now) =>
        this.#expireRejection(rejection as Deno.KvEntry<Uint8Array>, now),
    },
  ];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(
    private readonly store: Store,
    private readonly spaceOf: (name: string) => Space,
    private readonly retention: Retention,
  ) {}

  /** Takes turns from now on, until `stop`; they do not keep the process alive. */
  start(): void {
    this.#plan(FIRST_TURN_MS);
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
      if (!this.#stopped) this.#plan(TURN_PERIOD_MS);
    }, delay * (0.5 + Math.random()));
    Deno.unrefTimer(this.#timer);
  }

  /** Handles the next records of each kind, unless a pass has just ended. */
  async turn(now: number): Promise<void> {
    const { kv } = this.store;
    for (const task of this.#tasks) {
      try {
        const key = keys.chore(task.name);
        const { value } = await kv.get<Progress>(key);
        const cursor = value?.cursor ?? null;
        if (value && cursor === null && now - value.at < PASS_REST_MS) continue;
        const next = await this.#slice(task, cursor, now);
        await kv.set(key, { cursor: next, at: now });
      } catch (error) {
        this.#report(task, error);
      }
    }
  }

  /** One full pass over all records, without the pauses between turns. */
  async pass(now: number): Promise<void> {
    for (const task of this.#tasks) {
      let cursor: string | null = null;
      do {
        cursor = await this.#slice(task, cursor, now);
      } while (cursor !== null && !this.#stopped);
    }
  }

  /**
   * Tends to one slice; gives back where the next begins, null after the last.
   * A record that fails is left for the next pass, and so is all when KV is away.
   */
  async #slice(
    task: Task,
    cursor: string | null,
    now: number,
  ): Promise<string | null> {
    const options = { limit: RECORDS_PER_TURN, cursor: cursor ?? undefined };
    let next: string | null = null;
    let left = RECORDS_PER_TURN;
    try {
      const list = this.store.kv.list({ prefix: task.prefix }, options);
      for await (const entry of list) {
        if (this.#stopped) return next ?? cursor;
        next = list.cursor;
        left--;
        await task.handle(entry, now);
      }
      return left === 0 ? next : null;
    } catch (error) {
      this.#report(task, error);
      return next;
    }
  }

  #report({ name }: Task, error: unknown): void {
    if (this.#stopped) return; // KV may be closed by now
    logFailure(`Housekeeping of ${name} was put off`, error);
  }

  /** Deletes the oldest log entries of a space that is at `version`, or further. */
  async #pruneLog(space: string, version: number, now: number): Promise<void> {
    const { kv } = this.store;
    const { logEntries, logDays } = this.retention;
    const end = version - Math.max(1, logEntries) + 1;
    const since = now - Math.max(logDays * DAY_MS, MIN_LOG_AGE_MS);
    const range = { start: keys.log(space, 0), end: keys.log(space, end) };
    for (let more = end > 1; more && !this.#stopped;) {
      const atomic = kv.atomic();
      let deleted = 0;
      for await (
        const { key, value } of kv.list<Uint8Array>(range, {
          limit: DELETIONS_PER_COMMIT,
        })
      ) {
        if (JSON.parse(decode(value)).at > since) break;
        atomic.delete(key);
        deleted++;
      }
      if (deleted > 0) await commitRepeatable(atomic);
      more = deleted === DELETIONS_PER_COMMIT;
      if (more) await pause();
    }
  }

  /**
   * Deletes a group that is out of use, and its clients before it: should the
   * process die in between, the group is found again. The check sees to it that
   * one which comes back meanwhile stays. Each step changes the guard of the
   * group's space; a space that was erased has none, and must not be born
   * meanwhile.
   */
  async #expireGroup(
    { key, value, versionstamp }: Deno.KvEntry<ClientGroup>,
    now: number,
  ): Promise<void> {
    if (dayOf(now) - value.seenOn <= this.retention.groupDays) return;
    const { kv } = this.store;
    const prefix = keys.clients(key[1] as string);
    const version = keys.version(value.space);
    for (let more = true; more && !this.#stopped;) {
      const atomic = kv.atomic().check({ key, versionstamp });
      const home = await kv.get(version);
      if (home.versionstamp === null) atomic.check(home);
      else changeGuard(atomic, value.space);
      let deleted = 0;
      for await (
        const client of kv.list({ prefix }, { limit: DELETIONS_PER_COMMIT })
      ) {
        atomic.delete(client.key);
        deleted++;
      }
      more = deleted === DELETIONS_PER_COMMIT;
      if (!more) atomic.delete(key);
      if (!await commitRepeatable(atomic)) return;
      if (more) await pause();
    }
  }

  /** Takes an old rejection away as its user would: its space's log says so. */
  async #expireRejection(
    { key, value }: Deno.KvEntry<Uint8Array>,
    now: number,
  ): Promise<void> {
    const { at } = JSON.parse(decode(value));
    if (!(now - at > this.retention.rejectionDays * DAY_MS)) return;
    const [, name, userID, clientID, mutationID] = key as [
      string,
      ...[string, string, string, number],
    ];
    const { store } = this;
    await commitDrafts(store, [this.spaceOf(name)], async ([draft]) => {
      const { versionstamp } = await store.kv.get(key);
      if (versionstamp === null) return; // dismissed meanwhile
      // An erasure that died has not deleted it: it must not give birth to the space.
      if (!draft.space.born) return void await store.kv.delete(key);
      draft.add(draft.stageDismissal(userID, clientID, mutationID));
    });
  }
}

async function pause(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, PAUSE_MS);
  await promise;
}
