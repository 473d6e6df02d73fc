// Jobs in KV that outlive a crash: done one after the other in each lane, by one process at a time, and again with growing pauses.
import { coalesce, commitOrUnavailable, logFailure } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import { Lease } from "../lease.ts";
import { type Follower, NoteTeller } from "./note_teller.ts";

/** A job, to be done at a time or later. `id` is its own in its lane: another of that ID replaces it. */
export type Job = {
  kind: string;
  /** Whose it is, as a person or a room: their lanes have a share of those that are under way. */
  tenant: string;
  /** What must not be done at the same time, and waits together when one fails: a device, an address. */
  lane: string;
  id: string;
  /** What is to be done, as KV stores it. */
  payload: unknown;
  /** In milliseconds since 1970. */
  due: number;
};

/** What came of it: it is over, or is to be done again, after a growing pause or after so many ms. */
export type Outcome = "done" | "failed" | { afterMs: number };

/** What does the jobs of a kind. When it throws, the job has failed; it says itself when one is too old. */
export type Run = (job: Job) => Promise<Outcome>;

/** For a queue that follows none. */
export const NO_NOTES: Pick<ChatSync, "notes"> = { async *notes() {} };

type Stored = { payload: unknown; due: number };
/** `tries` counts the failures in a row. */
type Lane = { due: number; tries: number };

const MAX_JOBS_PER_LANE = 50;
const MAX_LANES_AT_ONCE = 32;
const MAX_LANES_OF_TENANT = 4;
/** In ms; a job that a lane has begun by then is its last before others have their turn. */
export const TURN_MS = 1_000;
/** A notice takes 5 ms of a processor: requests are to get the most of it. */
const MAX_BEGUN_PER_ROUND = 16;
/** More than those that are under way, and those of seven tenants who have their share, 60 each: these are left out. */
const LANES_PER_LOOK = 500;
const LANES_PER_BATCH = 100;
/** A self-hosted denokv takes 10 checks in one atomic operation. */
const LANES_PER_COMMIT = 8;

const GATHER_MS = 30; // from a hint to the look: more may come together
const ROUND_MS = 200; // between two looks while something is done
/** After a look so many times as long as it took: others get their turn. */
const REST = 3;
const LEASE_MS = 3_000; // so long others wait for one that died
const LEASE_PAUSE_MS = 250; // until another process is asked for its place again
const LOOK_MS = 20_000; // for what a process that died has left
const RETRY_AFTER_MS = 2_000; // when KV was away

const FIRST_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 3_600_000;

/** Where a queue's jobs, its lanes, and which of these is due when are stored. */
const keysOf = (suffix: string) => ({
  jobsOf: (kind: string, lane: string) => [`job${suffix}`, kind, lane],
  lane: (kind: string, lane: string) => [`lane${suffix}`, kind, lane],
  due: (...of: [number?, string?, string?]) =>
    [`due${suffix}`, ...of] as Deno.KvKey,
});

/** Twice as long after each failure in a row, up to an hour, give or take a quarter, so that many do not come back together. */
export function pauseAfter(tries: number, random = Math.random()): number {
  const pause = Math.min(FIRST_PAUSE_MS * Math.pow(2, tries - 1), MAX_PAUSE_MS);
  return Math.round(pause * (0.75 + random / 2));
}

/**
 * Of each lane one record says when its next job is due, and an index has them
 * in that order, with whose they are. One that fails waits; one that is slow
 * goes behind all others after each job: none holds up another. A job is taken
 * out once it is done: after a crash in between it is done again.
 */
export class JobQueue {
  readonly #lease: Lease;
  readonly #keys: ReturnType<typeof keysOf>;
  readonly #runs = new Map<string, Run>();
  readonly #notes: NoteTeller;
  /** The lanes that are under way, and their end. */
  readonly #underWay = new Map<string, Promise<void>>();
  /** How many of these each tenant has. */
  readonly #shares = new Map<string, number>();
  /** How many more may be begun in this round. */
  #mayBegin = 0;
  readonly #workAll = coalesce(() => this.#work());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  #started = false;
  #stopped = false;
  #working = Promise.resolve();
  /** How many notes were told, once others had their turn; undefined when some could not be. */
  #telling: Promise<number | undefined> | undefined;

  /** @param suffix tells it from others in the same KV: what waits in one keeps no other waiting. */
  constructor(
    private readonly kv: Deno.Kv,
    sync: Pick<ChatSync, "notes">,
    suffix = "",
  ) {
    this.#lease = new Lease(kv, `jobs${suffix}`, LEASE_MS);
    this.#keys = keysOf(suffix);
    this.#notes = new NoteTeller(kv, sync);
  }

  /** Says what does the jobs of a kind. */
  runs(kind: string, run: Run): void {
    this.#runs.set(kind, run);
  }

  /** Has the notes that commits leave (N1) told, in the process that does the jobs; then they are deleted. */
  follows(follower: Follower): void {
    this.#notes.add(follower);
  }

  /** Goes on, from now on until `stop`, with what this or another process has left. */
  start(): void {
    this.#started = true;
    this.wake();
  }

  /** Begins nothing more, and waits for what is under way, which no other process begins meanwhile. Where the process ends before that, another does it again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#working;
    await Promise.all([...this.#underWay.values(), this.#telling]);
    await this.#lease.release();
  }

  /** There is a note, or a job. */
  wake(): void {
    this.#lookIn(GATHER_MS);
  }

  /**
   * Stores jobs; they are certain to be done when this resolves. One that
   * replaces another keeps the time when that was due. A lane holds fifty: then
   * the one that was due first goes.
   */
  async add(jobs: readonly Job[]): Promise<void> {
    const lanes = [...Map.groupBy(jobs, (job) => nameOf(job)).values()];
    for (let i = 0; i < lanes.length; i += LANES_PER_COMMIT) {
      await this.#addTo(lanes.slice(i, i + LANES_PER_COMMIT));
    }
    this.wake();
  }

  async #addTo(lanes: Job[][]): Promise<void> {
    for (;;) {
      const atomic = this.kv.atomic();
      for (const jobs of lanes) await this.#put(atomic, jobs);
      // Else a lane has gone on meanwhile.
      if (await commitOrUnavailable(atomic)) return;
    }
  }

  async #put(atomic: Deno.AtomicOperation, jobs: Job[]): Promise<void> {
    const [{ kind, lane, tenant }] = jobs;
    const found = await this.kv.get<Lane>(this.#keys.lane(kind, lane));
    const there = await this.#jobsIn(kind, lane);
    const due = new Map(there.map(({ key, value }) => [key.at(-1), value.due]));
    let first = Infinity;
    for (const job of jobs.slice(-MAX_JOBS_PER_LANE)) {
      const { id, payload } = job;
      const at = due.get(id) ?? job.due;
      // One that is replaced has waited with its lane, and moves it to no other place.
      if (!due.delete(id)) first = Math.min(first, at);
      const stored: Stored = { payload, due: at };
      atomic.set([...this.#keys.jobsOf(kind, lane), id], stored);
    }
    const surplus = due.size + jobs.length - MAX_JOBS_PER_LANE;
    for (const id of [...due.keys()].slice(0, Math.max(0, surplus))) {
      atomic.delete([...this.#keys.jobsOf(kind, lane), id!]);
    }
    const { value } = found;
    // One that has failed waits with all that is in it.
    const next = value && (value.tries > 0 || value.due <= first)
      ? value
      : { due: first, tries: 0 };
    this.#setLane(atomic, found, next, tenant);
  }

  /** Written though it be the same: who has just found the lane empty must not take it out. */
  #setLane(
    atomic: Deno.AtomicOperation,
    found: Deno.KvEntryMaybe<Lane>,
    next: Lane | null,
    tenant: string,
  ): void {
    const [, kind, lane] = found.key as string[];
    atomic.check(found);
    if (found.value) atomic.delete(this.#keys.due(found.value.due, kind, lane));
    if (!next) return void atomic.delete(found.key);
    atomic.set(found.key, next)
      .set(this.#keys.due(next.due, kind, lane), tenant);
  }

  /** The jobs of a lane, that which is due first first. */
  async #jobsIn(kind: string, lane: string): Promise<Deno.KvEntry<Stored>[]> {
    const prefix = this.#keys.jobsOf(kind, lane);
    const all = await Array.fromAsync(
      this.kv.list<Stored>({ prefix }, { batchSize: MAX_JOBS_PER_LANE }),
    );
    return all.sort((a, b) => a.value.due - b.value.due);
  }

  #lookIn(ms: number): void {
    const at = Date.now() + ms;
    if (!this.#started || this.#stopped || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.#working = this.#workAll();
    }, ms);
    Deno.unrefTimer(this.#timer);
  }

  async #work(): Promise<void> {
    try {
      this.#lookIn(await this.#workUntilIdle());
    } catch (error) {
      if (!this.#stopped) logFailure("Jobs were put off", error);
      this.#lookIn(RETRY_AFTER_MS);
    }
  }

  /** Gives back in how many ms to look again. */
  async #workUntilIdle(): Promise<number> {
    // Nothing is written by one who finds nothing to do.
    if (!await this.#hasWork()) {
      await this.#lease.release(); // kept where KV had failed
      return await this.#untilNext();
    }
    while (!this.#stopped && await this.#lease.hold()) {
      this.#lease.keep(); // until all that is under way has ended
      // However long it takes, it keeps no job waiting.
      const telling = this.#telling ??= this.#tellAndRest()
        .finally(() => this.#telling = undefined);
      const begun = performance.now();
      this.#mayBegin = MAX_BEGUN_PER_ROUND;
      await this.#startDue();
      const rest = restAfter(begun);
      const told = await Promise.race([telling, rest.then(() => "telling")]);
      if (!told && this.#underWay.size === 0) {
        await this.#lease.release();
        return told === 0 ? await this.#untilNext() : RETRY_AFTER_MS;
      }
      const isFull = this.#underWay.size >= MAX_LANES_AT_ONCE;
      await (isFull ? Promise.race([rest, ...this.#underWay.values()]) : rest);
    }
    return LEASE_PAUSE_MS;
  }

  async #tellAndRest(): Promise<number | undefined> {
    const begun = performance.now();
    try {
      const told = await this.#notes.tellSome(this.#lease.term);
      if (!told) return told;
      await this.#startDue(); // what the notes made
      await restAfter(begun);
      return told;
    } catch (error) {
      if (!this.#stopped) logFailure("Notes were put off", error);
    }
  }

  async #startDue(): Promise<void> {
    const end = this.#keys.due(Date.now() + 1);
    const options = { limit: LANES_PER_LOOK, batchSize: LANES_PER_BATCH };
    for await (
      const { key, value } of this.kv.list(
        { start: this.#keys.due(0), end },
        options,
      )
    ) {
      const isFull = this.#underWay.size >= MAX_LANES_AT_ONCE;
      if (isFull || this.#mayBegin === 0) break;
      const [, , kind, lane] = key as [string, number, string, string];
      const name = nameOf({ kind, lane });
      // An earlier release has not stored whose it is.
      const tenant = typeof value === "string" ? value : lane;
      const share = this.#shares.get(tenant) ?? 0;
      if (this.#underWay.has(name) || share >= MAX_LANES_OF_TENANT) continue;
      this.#mayBegin--;
      this.#shares.set(tenant, share + 1);
      this.#underWay.set(
        name,
        this.#runLane(kind, lane, tenant)
          .catch((error) => {
            if (!this.#stopped) logFailure("A job was put off", error);
          })
          .finally(() => {
            this.#underWay.delete(name);
            const share = this.#shares.get(tenant)! - 1;
            if (share > 0) this.#shares.set(tenant, share);
            else this.#shares.delete(tenant);
          }),
      );
    }
  }

  /** Does the jobs of a lane that are due, those that it begins within its turn, and plans the rest. */
  async #runLane(kind: string, lane: string, tenant: string): Promise<void> {
    const end = performance.now() + TURN_MS;
    let pauseMs: number | undefined;
    let failed = false;
    for (const entry of await this.#jobsIn(kind, lane)) {
      const { payload, due } = entry.value;
      if (due > Date.now() || this.#stopped) break;
      if (performance.now() >= end) break;
      const id = entry.key.at(-1) as string;
      const outcome = await this.#run({ kind, tenant, lane, id, payload, due });
      if (outcome !== "done") {
        failed = true;
        if (outcome !== "failed") pauseMs = outcome.afterMs;
        break;
      }
      // Not one that has been replaced meanwhile. Tried again, or it would be done again.
      await commitOrUnavailable(
        this.kv.atomic().check(entry).delete(entry.key),
      );
    }
    for (;;) {
      const key = this.#keys.lane(kind, lane);
      const found = await this.kv.get<Lane>(key);
      if (!found.value) return;
      const tries = failed ? found.value.tries + 1 : 0;
      const [first] = await this.#jobsIn(kind, lane);
      const now = Date.now();
      const due = failed
        ? now + (pauseMs ?? pauseAfter(tries))
        : Math.max(now, first?.value.due); // others have waited for longer
      const atomic = this.kv.atomic();
      this.#setLane(atomic, found, first ? { due, tries } : null, tenant);
      if (await commitOrUnavailable(atomic)) return;
    }
  }

  async #run(job: Job): Promise<Outcome> {
    const run = this.#runs.get(job.kind);
    // Of a release that knows more kinds than this one.
    if (!run) return { afterMs: MAX_PAUSE_MS };
    try {
      return await run(job);
    } catch (error) {
      logFailure(`A job of kind ${job.kind} failed`, error);
      return "failed";
    }
  }

  async #firstDue(): Promise<number> {
    const list = this.kv.list({ prefix: this.#keys.due() }, { limit: 1 });
    for await (const { key } of list) return key[1] as number;
    return Infinity;
  }

  async #hasWork(): Promise<boolean> {
    if (await this.#firstDue() <= Date.now()) return true;
    return await this.#notes.isAny();
  }

  async #untilNext(): Promise<number> {
    const ms = await this.#firstDue() - Date.now();
    return Math.max(0, Math.min(ms, LOOK_MS));
  }
}

const nameOf = ({ kind, lane }: Pick<Job, "kind" | "lane">): string =>
  `${kind} ${lane}`;

/** A pause in which others get their turn, after what took since `begun`. */
function restAfter(begun: number): Promise<void> {
  const ms = Math.max(ROUND_MS, REST * (performance.now() - begun));
  return new Promise((end) => setTimeout(end, ms));
}
