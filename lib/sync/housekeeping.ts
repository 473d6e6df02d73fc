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
/** Of groups; with the version of their space as many keys as KV reads at once. */
const GROUPS_PER_COMMIT = 9;
/** A changed guard makes one commit of a push fail: then there is time for several. */
const PAUSE_PER_GUARD = 3; // times as long as the deletion took
const FIRST_TURN_MS = 2_000; // until a process's first turn; on Deno Deploy it lives 5 s if nobody asks for more
const TURN_PERIOD_MS = 60_000; // between two turns
const PASS_REST_MS = 3_600_000; // between two passes through all records of a kind

type Stored<T> = Deno.KvEntry<T>;

/** How far a chore has come: `["chore", name]`. */
type Progress = {
  /** Where KV's list goes on; null when the pass is done. */
  cursor: string | null;
  /** When that was, in milliseconds since 1970. */
  at: number;
};

/**
 * One kind of record, and what is done with each of its records; twice does no
 * harm. `now` is in milliseconds since 1970.
 */
export type Chore = {
  /** No other's: its progress is stored under it. */
  name: string;
  prefix: Deno.KvKey;
  handle(record: Stored<unknown>, now: number): Promise<void>;
};

/** The same where some of the records are handled together. */
type ChoreOfMany = Omit<Chore, "handle"> & {
  handle(records: AsyncIterable<Stored<unknown>>, now: number): Promise<void>;
};

const oneByOne = ({ handle, ...chore }: Chore): ChoreOfMany => ({
  ...chore,
  async handle(records, now) {
    for await (const record of records) await handle(record, now);
  },
});

/**
 * Goes through the store, a slice of each kind of record a turn, from where the
 * last turn stopped. That place is stored in KV, so that processes that live for seconds
 * get through as well, and several share the work; two that do the same at the
 * same time do no harm. Times are milliseconds since 1970.
 */
export class Housekeeping {
  readonly #chores: ChoreOfMany[] = [
    oneByOne({
      name: "logs",
      prefix: keys.versions(),
      handle: ({ key: [, space], value }, now) =>
        this.#pruneLog(space as string, value as number, now),
    }),
    {
      name: "groups",
      prefix: keys.groups(),
      handle: (groups, now) =>
        this.#expireGroups(groups as AsyncIterable<Stored<ClientGroup>>, now),
    },
    oneByOne({
      name: "rejections",
      prefix: keys.allRejections(),
      handle: (rejection, now) =>
        this.#expireRejection(rejection as Stored<Uint8Array>, now),
    }),
  ];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #end = new AbortController();

  constructor(
    private readonly store: Store,
    private readonly spaceOf: (name: string) => Space,
    private readonly retention: Retention,
  ) {}

  /** Sees to an app's own records as well from now on. */
  add(chores: readonly Chore[]): void {
    this.#chores.push(...chores.map(oneByOne));
  }

  /** Takes turns from now on, until `stop`; they do not keep the process alive. */
  start(): void {
    this.#plan(FIRST_TURN_MS);
  }

  stop(): void {
    this.#end.abort();
    clearTimeout(this.#timer);
  }

  get #stopped(): boolean {
    return this.#end.signal.aborted;
  }

  /** Rejects when it is stopped meanwhile. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#end;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = () => reject(signal.reason);
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", end);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    }
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
    for (const chore of this.#chores) {
      try {
        const key = keys.chore(chore.name);
        const { value } = await kv.get<Progress>(key);
        const cursor = value?.cursor ?? null;
        if (value && cursor === null && now - value.at < PASS_REST_MS) continue;
        const next = await this.#slice(chore, cursor, now);
        await kv.set(key, { cursor: next, at: now });
      } catch (error) {
        this.#report(chore, error);
      }
    }
  }

  /** One full pass over all records, without the pauses between turns. */
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
   * What fails is left for the next pass, and so is all when KV is away.
   */
  async #slice(
    chore: ChoreOfMany,
    cursor: string | null,
    now: number,
  ): Promise<string | null> {
    const options = { limit: RECORDS_PER_TURN, cursor: cursor ?? undefined };
    let next: string | null = null;
    let left = RECORDS_PER_TURN;
    const list = this.store.kv.list({ prefix: chore.prefix }, options);
    const { signal } = this.#end;
    async function* records() {
      for await (const record of list) {
        if (signal.aborted) return;
        next = list.cursor;
        left--;
        yield record;
      }
    }
    try {
      await chore.handle(records(), now);
      if (signal.aborted) return next ?? cursor;
      return left === 0 ? next : null;
    } catch (error) {
      this.#report(chore, error);
      return next;
    }
  }

  #report({ name }: ChoreOfMany, error: unknown): void {
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
      if (more) await this.#pause(PAUSE_MS);
    }
  }

  /** Deletes the groups that are out of use, those of each space together. */
  async #expireGroups(
    groups: AsyncIterable<Stored<ClientGroup>>,
    now: number,
  ): Promise<void> {
    const expired = new Map<string, Stored<ClientGroup>[]>();
    for await (const group of groups) {
      const { space, seenOn } = group.value;
      if (dayOf(now) - seenOn <= this.retention.groupDays) continue;
      expired.set(space, [...expired.get(space) ?? [], group]);
    }
    for (const [space, groups] of expired) {
      await this.#deleteGroups(space, groups);
    }
  }

  /**
   * Deletes a space's groups, the clients of each before it: should the process
   * die in between, the group is found again. One that comes back meanwhile
   * stays, as its record is checked. Each commit changes the guard of the space,
   * so there are few, with pauses for pushes; a space that was erased has none,
   * and must not be born meanwhile.
   */
  async #deleteGroups(
    space: string,
    groups: Stored<ClientGroup>[],
  ): Promise<void> {
    const { kv, maxChecks } = this.store;
    const most = Math.min(GROUPS_PER_COMMIT, maxChecks - 1);
    for (let left = groups; left.length > 0 && !this.#stopped;) {
      const begun = performance.now();
      const some = left.slice(0, most);
      const [home, ...found] = await kv.getMany([
        keys.version(space),
        ...some.map(({ key }) => key),
      ]);
      const asFound = some.filter(({ versionstamp }, i) =>
        found[i].versionstamp === versionstamp
      );
      const atomic = kv.atomic();
      const gone = await this.#addDeletions(atomic, asFound);
      const isErased = home.versionstamp === null;
      if (isErased) atomic.check(home);
      else changeGuard(atomic, space);
      if (asFound.length > 0 && await commitRepeatable(atomic)) {
        if (!isErased) await this.#deleteGuardOfErased(space);
        left = left.filter((each) => !gone.includes(each));
      }
      left = left.filter((each) =>
        !some.includes(each) || asFound.includes(each)
      );
      if (left.length === 0) break;
      const took = performance.now() - begun;
      await this.#pause(PAUSE_MS + PAUSE_PER_GUARD * took);
    }
  }

  /** Adds as many deletions as a commit takes, of whole groups or of clients alone; gives back the groups that are whole. */
  async #addDeletions(
    atomic: Deno.AtomicOperation,
    groups: Stored<ClientGroup>[],
  ): Promise<Stored<ClientGroup>[]> {
    const whole: Stored<ClientGroup>[] = [];
    let left = DELETIONS_PER_COMMIT;
    for (const group of groups) {
      const { key, versionstamp } = group;
      const prefix = keys.clients(key[1] as string);
      atomic.check({ key, versionstamp });
      const list = this.store.kv.list({ prefix }, { limit: left });
      for await (const client of list) {
        atomic.delete(client.key);
        left--;
      }
      if (left === 0) break; // there may be more clients
      atomic.delete(key);
      whole.push(group);
      if (--left === 0) break;
    }
    return whole;
  }

  /** A space that was erased while its guard was changed must not keep it. */
  async #deleteGuardOfErased(space: string): Promise<void> {
    const home = await this.store.kv.get(keys.version(space));
    if (home.versionstamp !== null) return;
    const guard = keys.guard(space);
    await commitRepeatable(this.store.kv.atomic().check(home).delete(guard));
  }

  /** Takes an old rejection away as its user would: its space's log says so. */
  async #expireRejection(
    { key, value }: Stored<Uint8Array>,
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
