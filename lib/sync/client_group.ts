// Client groups and their clients: whose they are, and how far their mutations have been processed.
import type { KvReads } from "./charged_reads.ts";
import { commitRepeatable } from "./commit.ts";
import { keys } from "./keys.ts";
import { CLIENT_COST, type Cost, GROUP_COST, plus, times } from "./limits.ts";
import type { Confirmation, LogEntry } from "./log.ts";
import { Cache, OVERHEAD_BYTES } from "./cache.ts";

/** `["group", groupID]`. */
export type ClientGroup = {
  userID: string;
  space: string;
  /** The last day it pushed or pulled, in days since 1970. */
  seenOn: number;
  /** The server forgot what this group was told: nothing of it is taken any more. */
  lost?: boolean;
};

/** `["client", groupID, clientID]`. */
type Client = { lastMutationID: number };

/** A record with the versionstamp that a commit checks; null when it is not there. */
export type Stamped<T> = { value: T; versionstamp: string | null };

/** Days since 1970, as `seenOn` counts them, at a time in milliseconds. */
export const dayOf = (ms: number): number => Math.floor(ms / 86_400_000);
export const today = (): number => dayOf(Date.now());

/** The group's record as KV has it now; its value is null when there is none. */
export async function readGroup(
  kv: Deno.Kv,
  groupID: string,
): Promise<Stamped<ClientGroup | null>> {
  const { value, versionstamp } = await kv.get<ClientGroup>(
    keys.group(groupID),
  );
  return { value, versionstamp };
}

/**
 * Puts on record that a group is in use, for one that only pulls: at most once
 * a day, and not at all when anything else has been written to the record since
 * it was read, such as a fence.
 */
export async function recordUse(
  kv: Deno.Kv,
  groupID: string,
  value: ClientGroup,
  versionstamp: string,
): Promise<void> {
  const seenOn = today();
  if (value.seenOn >= seenOn) return;
  const key = keys.group(groupID);
  await commitRepeatable(
    kv.atomic().check({ key, versionstamp }).set(key, { ...value, seenOn }),
  );
}

/**
 * Changes a space's guard along with records of its groups or clients: for each
 * operation on them that is no commit to the space. Processes that remember any
 * of them then read them again. A touch (`recordUse`) takes nothing away, and
 * needs none.
 */
export const changeGuard = (
  atomic: Deno.AtomicOperation,
  space: string,
): Deno.AtomicOperation => atomic.set(keys.guard(space), 0);

/** Every client of a group and its lastMutationID. */
export async function readClients(
  kv: KvReads,
  groupID: string,
): Promise<Record<string, number>> {
  const all: [clientID: string, lastMutationID: number][] = [];
  for await (
    const { key, value } of kv.list<Client>({ prefix: keys.clients(groupID) })
  ) {
    all.push([key[2] as string, value.lastMutationID]);
  }
  return Object.fromEntries(all);
}

/**
 * The records of groups and clients that one commit writes. A group's is written
 * when it is new, first used on a day, or fenced off, and then checked to be as
 * it was read; clients' are checked as far as the commit has checks left.
 */
export class Records {
  readonly #groups = new Map<string, Stamped<ClientGroup>>();
  readonly #clients = new Map<string, Map<string, Stamped<number>>>();

  /** What they add to a commit, without the checks of clients. */
  get cost(): Cost {
    let clients = 0;
    for (const each of this.#clients.values()) clients += each.size;
    return plus(
      times(GROUP_COST, this.#groups.size),
      times(CLIENT_COST, clients),
    );
  }

  get empty(): boolean {
    return this.#groups.size === 0 && this.#clients.size === 0;
  }

  /** How far this commit takes a client; undefined when it does not write its record. */
  confirmed(groupID: string, clientID: string): number | undefined {
    return this.#clients.get(groupID)?.get(clientID)?.value;
  }

  /** The group's record as this commit writes it; undefined when it does not. */
  group(groupID: string): Stamped<ClientGroup> | undefined {
    return this.#groups.get(groupID);
  }

  /** Puts on record that a client's mutations up to `id` have been processed. */
  confirm(
    groupID: string,
    clientID: string,
    id: number,
    versionstamp: string | null,
  ): void {
    const clients = this.#clients.get(groupID) ?? new Map();
    this.#clients.set(groupID, clients);
    clients.set(clientID, { value: id, versionstamp });
  }

  setGroup(
    groupID: string,
    value: ClientGroup,
    versionstamp: string | null,
  ): void {
    this.#groups.set(groupID, { value, versionstamp });
  }

  /** The groups that this commit fences off. */
  get lost(): string[] {
    return [...this.#groups].filter(([, { value }]) => value.lost)
      .map(([groupID]) => groupID);
  }

  /**
   * Adds checks and sets to a commit, with checks of `checks` clients at the
   * most; gives back what its log is to say.
   */
  addTo(atomic: Deno.AtomicOperation, checks: number): Confirmation[] {
    const confirmations: Confirmation[] = [];
    for (const [groupID, { value, versionstamp }] of this.#groups) {
      const key = keys.group(groupID);
      atomic.check({ key, versionstamp }).set(key, value);
    }
    for (const [groupID, clientID, { value, versionstamp }] of this.clients()) {
      const key = keys.client(groupID, clientID);
      if (confirmations.length < checks) atomic.check({ key, versionstamp });
      atomic.set(key, { lastMutationID: value });
      confirmations.push([groupID, clientID, value]);
    }
    return confirmations;
  }

  *clients(): Generator<[string, string, Stamped<number>]> {
    for (const [groupID, clients] of this.#clients) {
      for (const [clientID, client] of clients) {
        yield [groupID, clientID, client];
      }
    }
  }

  groups(): ReadonlyMap<string, Stamped<ClientGroup>> {
    return this.#groups;
  }
}

const MAX_REMEMBERED = 10_000; // groups, and clients, per space

/**
 * What a process remembers of the groups and clients of one space. All of it is
 * true as long as KV has the version and the guard that this process knows: what
 * commits change, the log says; what else changes, changes the guard.
 */
export class ClientGroups {
  readonly #groups = new Cache<Stamped<ClientGroup | null>>(MAX_REMEMBERED);
  readonly #clients = new Cache<Stamped<number>>(MAX_REMEMBERED);
  /** One array, so that it is read once for many (batched_reads.ts). */
  readonly #guardKey: Deno.KvKey;
  /** The guard's versionstamp, null where there is none; undefined until it was read. */
  #guard: string | null | undefined;
  /** Numbers a group from where its record was dropped: no client read before counts after. */
  readonly #generations = new Map<string, number>();
  #lastGeneration = 0;

  constructor(private readonly kv: Deno.Kv, space: string) {
    this.#guardKey = keys.guard(space);
  }

  /** How many bytes are remembered. */
  get bytes(): number {
    return this.#groups.bytes + this.#clients.bytes +
      this.#generations.size * OVERHEAD_BYTES;
  }

  /** Makes sure that a guard is known. */
  async ready(): Promise<void> {
    if (this.#guard === undefined) await this.refresh();
  }

  /** Reads the guard: what is remembered under another is dropped. */
  async refresh(): Promise<void> {
    this.#observe((await this.kv.get(this.#guardKey)).versionstamp);
  }

  /**
   * The guard's versionstamp as it is known. A commit that is worked out on
   * records checks the one that stood here before it asked for them.
   */
  get guard(): string | null | undefined {
    return this.#guard;
  }

  /** Another guard than the one that stood for what is remembered: nothing of it is known to be true. */
  #observe(guard: string | null): void {
    if (this.#guard !== undefined && this.#guard !== guard) this.#clear();
    this.#guard = guard;
  }

  /**
   * Reads a record and, as of the same moment, the guard that stands for it from
   * now on. Reads that another guard has overtaken are not remembered.
   */
  async #read<T>(key: Deno.KvKey): Promise<Deno.KvEntryMaybe<T>> {
    const [guard, record] = await this.kv.getMany<[unknown, T]>([
      this.#guardKey,
      key,
    ]);
    this.#observe(guard.versionstamp);
    return record;
  }

  /**
   * The group's record, remembered or read. What commits do to it is known by
   * the space's version: one that fences it off says so in the log, and one that
   * makes or touches it checks that it is as it was.
   */
  group(
    groupID: string,
  ): Stamped<ClientGroup | null> | Promise<Stamped<ClientGroup | null>> {
    return this.#groups.get(groupID, async () => {
      // It may come back as another record: no client is known under it.
      this.#generations.delete(groupID);
      const key = keys.group(groupID);
      const { value, versionstamp } = await this.#read<ClientGroup>(key);
      return { value: { value, versionstamp } };
    });
  }

  /** How far a client is, remembered or read; an unknown one is at 0. */
  client(
    groupID: string,
    clientID: string,
  ): Stamped<number> | Promise<Stamped<number>> {
    return this.#clients.get(this.#keyOf(groupID, clientID), async () => {
      const key = keys.client(groupID, clientID);
      const { value, versionstamp } = await this.#read<Client>(key);
      return { value: { value: value?.lastMutationID ?? 0, versionstamp } };
    });
  }

  /**
   * Takes in what a commit has written that checked this guard, under the
   * versionstamp it was given. To be called when the space stands right behind
   * that commit. Under a newer guard it may be gone.
   */
  committed(
    records: Records,
    versionstamp: string,
    guard: string | null | undefined,
  ): void {
    if (guard !== this.#guard) return;
    for (const [groupID, { value }] of records.groups()) {
      this.#groups.set(groupID, { value, versionstamp });
    }
    for (const [groupID, clientID, { value }] of records.clients()) {
      const key = this.#keyOf(groupID, clientID);
      this.#clients.set(key, { value, versionstamp });
    }
  }

  /**
   * Takes in what the space's log says; null when that is not known. What it
   * names is read again, even where the log says how far a client came: its
   * record may have been deleted since, under the guard that is known by now.
   */
  advanced(log: readonly LogEntry[] | null): void {
    if (!log) this.#clear();
    for (const { lost = [], lastMutationIDs } of log ?? []) {
      for (const groupID of lost) this.forget(groupID);
      for (const [groupID, clientID] of lastMutationIDs) {
        if (!this.#generations.has(groupID)) continue;
        this.#clients.delete(this.#keyOf(groupID, clientID));
      }
    }
  }

  #clear(): void {
    this.#groups.clear();
    this.#clients.clear();
    this.#generations.clear();
  }

  /** Drops what is remembered of a group, all of its clients included: the next look is at KV. */
  forget(groupID: string): void {
    this.#groups.delete(groupID);
    this.#generations.delete(groupID);
  }

  /** Where a client is remembered since its group was last dropped. */
  #keyOf(groupID: string, clientID: string): string {
    let generation = this.#generations.get(groupID);
    if (generation === undefined) {
      generation = ++this.#lastGeneration;
      this.#generations.set(groupID, generation);
      if (this.#generations.size > MAX_REMEMBERED) {
        this.forget(this.#generations.keys().next().value!);
      }
    }
    return `${generation}/${clientID}`;
  }
}
