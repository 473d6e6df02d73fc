// Runs a few clients and two servers in a simulation in which calls, requests and processes fail; checks the end.
import {
  batchReads,
  Sync,
  SyncError,
  type User,
  type Wanted,
} from "../../lib/sync/mod.ts";
import { eventsOf } from "./events.ts";
import { type Plan, Process } from "./faulty_kv.ts";
import { auditDomain, type Item, type Told } from "./audit_domain.ts";
import { ModelGroup, type Server } from "./model_client.ts";
import { Simulation } from "./simulation.ts";
import {
  emptyHistory,
  faultsIn,
  recordCommits,
  type RecordedHistory,
  type RecordedPull,
} from "./history_checker.ts";

const SPACE = "s";
const OTHER = "t";
const USERS: User[] = [{ userID: "ada" }, { userID: "bob" }];
const KEEP = { logEntries: 6, logDays: 0 };

/** How often a request, or its answer, gets lost, and so on; each from 0 to 1. */
export type Network = { loss: number; doubling: number; delay: number };

/** An open poke stream, and what was heard of the space. */
type Stream = {
  process: Process;
  reader: ReadableStreamDefaultReader<Uint8Array>;
  version: number;
  ended: boolean;
};

/** By then a poke has come that only a look at KV brings, in milliseconds. */
const HEARD = 3_000;

type Running = { process: Process; sync: Sync };

/** The world that one seed makes. */
export class World extends Simulation {
  readonly story: RecordedHistory = emptyHistory();
  readonly groups: ModelGroup[];
  readonly #servers: Running[];
  readonly #recorder = recordCommits(this.story);
  readonly #background: Promise<unknown>[] = [];
  /** Server writes by name: whether they were answered. */
  readonly #writes = new Map<string, boolean>();
  readonly #streams: Stream[] = [];
  network: Network = { loss: 0, doubling: 0, delay: 0 };
  plan: Plan = () => undefined;
  /** Whether commits check nothing, which no real KV does. */
  unchecked = false;

  constructor(seed: number, private readonly kv: Deno.Kv) {
    super(seed);
    this.#servers = [this.#boot(), this.#boot()];
    const server: Server = {
      version: (space) => this.#version(space),
      push: (space, user, body) =>
        this.#request((sync) => sync.push(space, user, body)),
      pull: (space, user, body, wanted) =>
        this.#request((sync) => pullFrom(sync, space, user, body, wanted)),
    };
    const tabs = [["a1", "a2"], ["b1"], ["c1", "c2", "c3"]];
    this.groups = tabs.map((each, i) =>
      new ModelGroup(
        this.story,
        server,
        each[0].slice(0, 1),
        each,
        USERS[i % 2],
        SPACE,
      )
    );
  }

  #boot(): Running {
    const plan: Plan = (call) => this.plan(call);
    const checks = () => !this.unchecked;
    const process = new Process(this.kv, this, plan, this.#recorder, checks);
    const strategy = this.random.chance(0.3) ? "reset" : "global-version";
    // With few checks a push of several tabs takes several commits.
    const maxChecks = this.random.pick([4, 100]);
    const settings = { keep: KEEP, strategy, maxChecks } as const;
    const kv = this.random.chance(0.5)
      ? batchReads(process.kv) // as main.ts does
      : process.kv;
    return { process, sync: new Sync(kv, auditDomain, settings) };
  }

  #version(space: string): number {
    const { commits } = this.story;
    return commits.findLast((each) => each.space === space)?.version ?? 0;
  }

  /** How many deeds have been committed. */
  #total(): number {
    const totals = this.story.commits.flatMap(({ entries }) => entries)
      .filter(([key]) => key === "total");
    return Number(totals.at(-1)?.[1] ?? 0);
  }

  /** Bears the spaces. */
  async begin(): Promise<void> {
    await this.write("first");
  }

  /** One of the servers; one that has ended has been started again. */
  #server(): Running {
    const i = this.random.below(this.#servers.length);
    if (!this.#servers[i].process.alive) this.#servers[i] = this.#boot();
    return this.#servers[i];
  }

  /** Asks a server something; rejects when it ends meanwhile. */
  async ask<T>(what: (sync: Sync) => Promise<T>): Promise<T> {
    const { process, sync } = this.#server();
    return await Promise.race([what(sync), process.died.promise]);
  }

  /** The same over the network. */
  async #request<T>(what: (sync: Sync) => Promise<T>): Promise<T> {
    const { loss, doubling, delay } = this.network;
    const { random } = this;
    const late = () => this.sleep(random.chance(delay) ? random.below(500) : 0);
    const send = async () => {
      await late();
      const answer = await this.ask(what);
      await late();
      return answer;
    };
    if (random.chance(doubling)) {
      const again = random.chance(0.5) ? 0 : random.below(20_000);
      this.#background.push(
        this.sleep(again).then(() => this.ask(what)).catch(() => {}),
      );
    }
    if (!random.chance(loss)) return await send();
    if (random.chance(0.5)) this.#background.push(send().catch(() => {}));
    await this.sleep(random.below(2_000));
    throw new Error("The network is down.");
  }

  /** A change from the server itself, which must happen in both spaces or in none. */
  async write(name: string): Promise<void> {
    this.#writes.set(name, false);
    await this.ask((sync) =>
      sync.write([SPACE, OTHER], async (...txs) => {
        for (const tx of txs) {
          const key = `served/${name}`;
          await tx.set(key, (await tx.get(key) as number ?? 0) + 1);
        }
      })
    );
    this.#writes.set(name, true);
  }

  /** A write that changes nothing must not have been decided on what was so some time ago. */
  async look(): Promise<void> {
    const before = this.#total();
    const total = await this.ask((sync) =>
      sync.write([SPACE], async (tx) => await tx.get("total") as number ?? 0)
    );
    if (total >= before && total <= this.#total()) return;
    this.story.odd.push(`A look saw ${total} instead of ${before}`);
  }

  /** Opens a poke stream, and reads it in the background. */
  async listen(): Promise<void> {
    const { process, sync } = this.#server();
    const mayRead = async () => {
      await process.kv.get(["may", "read"]);
      return true;
    };
    const opened = sync.poke([SPACE], mayRead);
    const reader = (await Promise.race([opened, process.died.promise]))
      .getReader();
    const stream: Stream = { process, reader, version: 0, ended: false };
    this.#streams.push(stream);
    const listening = async () => {
      for await (const { event, data } of eventsOf(reader)) {
        if (event === "poke") stream.version = data.version!;
      }
      stream.ended = true;
    };
    listening();
  }

  housekeep(): Promise<void> {
    return this.ask((sync) => sync.housekeep(this.now + 300_000));
  }

  /** Does something that may fail, as storage and network do; anything else is a fault of the engine. */
  async try(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (error) {
      if (error instanceof SyncError && error.problem === "unavailable") return;
      const { message } = error as Error;
      if (/^The (network|server) /.test(message)) return;
      this.story.odd.push(String(error));
    }
  }

  /** Heals everything, lets all clients come to rest, and says what is wrong then. */
  async settle(): Promise<string[]> {
    this.plan = () => undefined;
    this.network = { loss: 0, doubling: 0, delay: 0 };
    await Promise.all(this.#background);
    const healed = "Something failed after all was healed: ";
    const odd = (error: unknown) =>
      void this.story.odd.push(healed + String(error));
    for (let i = 0; i < this.#servers.length; i++) {
      if (!this.#servers[i].process.alive) this.#servers[i] = this.#boot();
    }
    await Promise.all(this.groups.map(async (group) => {
      for (let round = 0; round === 0 || group.pending.length; round++) {
        if (round === 2) break;
        await group.push().catch(odd);
        await group.pull().catch(odd);
      }
    }));
    for (const { sync } of this.#servers) {
      await sync.write([SPACE], (tx) => tx.set("healed", true)).catch(odd);
    }
    await this.sleep(HEARD);
    const version = this.#version(SPACE);
    const deaf = this.#streams.filter((stream) =>
      stream.process.alive && !stream.ended && stream.version !== version
    );
    for (const stream of this.#streams) await stream.reader.cancel();
    for (const { sync } of this.#servers) sync.close();
    return [
      ...deaf.map((stream) => `A reader heard of ${stream.version} at last`),
      ...this.groups.flatMap(({ groupID, pending }) =>
        pending.length > 0 ? [`${groupID} is stuck with ${pending.length}`] : []
      ),
      ...faultsIn(this.story, SPACE),
      ...faultsIn(this.story, OTHER),
    ];
  }

  /** What is wrong in KV itself; asked after the world has come to its end. */
  async leftovers(): Promise<string[]> {
    const entries = new Map<string, unknown>();
    const faults: string[] = [];
    const list = async (...prefix: string[]) =>
      await Array.fromAsync(this.kv.list<Uint8Array>({ prefix }));
    const parse = (bytes: Uint8Array) =>
      JSON.parse(new TextDecoder().decode(bytes));
    for (const { key, value } of await list("entry", SPACE)) {
      entries.set(key[2] as string, parse(value));
    }
    const others = new Map<string, unknown>();
    for (const { key, value } of await list("entry", OTHER)) {
      others.set(key[2] as string, parse(value));
    }
    let total = 0;
    for (const [tab, ids] of Object.entries(this.story.accepted)) {
      total += ids.length;
      const told = entries.get(`told/${tab}`) as Told | undefined;
      const { times = 0, last = 0, back = false } = told ?? {};
      if (times !== ids.length || last !== (ids.at(-1) ?? 0) || back) {
        faults.push(`${tab} made ${ids} and told ${JSON.stringify(told)}`);
      }
    }
    if ((entries.get("total") ?? 0) !== total) {
      faults.push(`The total is ${entries.get("total")}, not ${total}`);
    }
    for (const [name, answered] of this.#writes) {
      const here = entries.get(`served/${name}`) ?? 0;
      const there = others.get(`served/${name}`) ?? 0;
      const right = answered ? [1] : [0, 1];
      if (here !== there || !right.includes(here as number)) {
        faults.push(`Write ${name} (${answered}) is ${here} and ${there}`);
      }
    }
    const rejected = (await list("rejection", SPACE))
      .map(({ key }) => key.slice(2).join());
    const bad = this.groups.flatMap(({ refused, user: { userID } }) =>
      refused.map(([clientID, id]) => [userID, clientID, id].join())
    );
    const extra = [...new Set(rejected).symmetricDifference(new Set(bad))];
    if (extra.length > 0) faults.push(`Rejections differ: ${extra}`);

    const orders = (await list("order", SPACE))
      .map(({ key }) => `${key[4] as string}@${key[3] as number}`);
    const items = [...entries].filter(([key]) => key.startsWith("item/"))
      .map(([key, item]) => `${key}@${(item as Item).n}`);
    const odd = [...new Set(orders).symmetricDifference(new Set(items))];
    if (odd.length > 0) faults.push(`The order's index differs: ${odd}`);
    return faults;
  }
}

async function pullFrom(
  sync: Sync,
  space: string,
  user: User,
  body: unknown,
  wanted?: Wanted,
): Promise<RecordedPull["body"] | { error: string }> {
  const mayRead = () => Promise.resolve(true);
  const answer = await sync.pull(space, user, body, { ...wanted, mayRead });
  return "error" in answer ? answer : JSON.parse([...answer].join(""));
}
