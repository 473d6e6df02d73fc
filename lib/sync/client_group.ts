// Client groups and their clients: whose they are, and how far their mutations have been processed.
import type { KvReads } from "./charged_reads.ts";
import { commitRepeatable } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Confirmation, LogEntry } from "./log.ts";
import { Cache } from "./cache.ts";

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

/** How far a client is, as KV has it now; an unknown client is at 0. */
async function readClient(
  kv: Deno.Kv,
  groupID: string,
  clientID: string,
): Promise<Stamped<number>> {
  const { value, versionstamp } = await kv.get<Client>(
    keys.client(groupID, clientID),
  );
  return { value: value?.lastMutationID ?? 0, versionstamp };
}

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

/** The records of groups and clients that one commit writes, each checked to be as it was read. */
export class Records {
  readonly #groups = new Map<string, Stamped<ClientGroup>>();
  readonly #clients = new Map<string, Map<string, Stamped<number>>>();

  get size(): number {
    let size = this.#groups.size;
    for (const clients of this.#clients.values()) size += clients.size;
    return size;
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

  /** Adds checks and sets to a commit; gives back what its log is to say. */
  addTo(atomic: Deno.AtomicOperation): Confirmation[] {
    const confirmations: Confirmation[] = [];
    for (const [groupID, { value, versionstamp }] of this.#groups) {
      const key = keys.group(groupID);
      atomic.check({ key, versionstamp }).set(key, value);
    }
    for (const [groupID, clientID, { value, versionstamp }] of this.clients()) {
      const key = keys.client(groupID, clientID);
      atomic.check({ key, versionstamp }).set(key, { lastMutationID: value });
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

/** What a process remembers of the groups and clients of one space. */
export class ClientGroups {
  readonly #groups = new Cache<Stamped<ClientGroup | null>>(MAX_REMEMBERED);
  readonly #clients = new Cache<Stamped<number>>(MAX_REMEMBERED);

  constructor(private readonly kv: Deno.Kv) {}

  /** How many bytes are remembered. */
  get bytes(): number {
    return this.#groups.bytes + this.#clients.bytes;
  }

  /**
   * The group's record, remembered or read. A remembered one is as good as the
   * space's version: a commit that fences a group off says so in the log, which
   * this process takes in before it knows the new version, and the commit's
   * check of the version proves that it has.
   */
  group(
    groupID: string,
  ): Stamped<ClientGroup | null> | Promise<Stamped<ClientGroup | null>> {
    return this.#groups.get(groupID, async () => ({
      value: await readGroup(this.kv, groupID),
    }));
  }

  /** How far a client is, remembered or read; proven by the commit's check of its record. */
  client(
    groupID: string,
    clientID: string,
  ): Stamped<number> | Promise<Stamped<number>> {
    return this.#clients.get(`${groupID}/${clientID}`, async () => ({
      value: await readClient(this.kv, groupID, clientID),
    }));
  }

  /** Takes in what a commit has written, under the versionstamp it was given. */
  committed(records: Records, versionstamp: string): void {
    for (const [groupID, { value }] of records.groups()) {
      this.#groups.set(groupID, { value, versionstamp });
    }
    for (const [groupID, clientID, { value }] of records.clients()) {
      this.#clients.set(`${groupID}/${clientID}`, { value, versionstamp });
    }
  }

  /** Takes in what the space's log says; null when that is not known. */
  advanced(log: readonly LogEntry[] | null): void {
    if (!log) {
      this.#groups.clear();
      this.#clients.clear();
    }
    for (const { lost = [] } of log ?? []) {
      for (const groupID of lost) this.#groups.delete(groupID);
    }
  }

  /** Drops what is remembered of a group and these clients: the next look is at KV. */
  forget(groupID: string, clientIDs: Iterable<string>): void {
    this.#groups.delete(groupID);
    for (const clientID of clientIDs) {
      this.#clients.delete(`${groupID}/${clientID}`);
    }
  }
}
