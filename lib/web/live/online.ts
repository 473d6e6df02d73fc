// Who is online in a room: the people who have a stream of it open, in any process.
// It is stored outside of the log.
import { coalesce } from "../../sync/mod.ts";
import { SIGNALS } from "./kv_signals.ts";

/** How often a process says that it is alive; where watches see all, and each write is a request to a server, more seldom. */
const BEAT_MS = 2_000;
const SLOW_BEAT_MS = 10_000;
/** After so many beats of silence it is taken for dead. */
const DEAD_AFTER_BEATS = 3;
/** For how long changes are gathered; longer where many listen, as each is told of each. */
const GATHER_MS = 300;
const MANY_LISTENERS_PAUSE_MS = 2_000;
const MANY_LISTENERS = 50;
/** How many people are named; of more, their number is told. */
const MAX_NAMED = 50;
/** When the records of a dead process expire; one that is alive writes them again before. */
const RECORD_LIFETIME_MS = 60 * 60_000;
const MAX_SETS_PER_COMMIT = 100;

const ALIVE = ["alive"];

/** One open stream, as the people in its rooms see it. */
export type OnlineListener = {
  userID: string;
  tell: (kind: string, body: unknown) => void;
};

/**
 * Each process has one key that says until when it is alive, and one per room
 * with the people who are online by way of it. A beat costs one write and one
 * read, however many listen; the rooms of others are read when one of them has
 * changed (`refresh`), come or died. A crash empties a process's rooms in less
 * than 10 s, or, where watches see all, in 30 to 40.
 */
export class Online {
  readonly #process = crypto.randomUUID();
  readonly #listeners = new Map<string, Set<OnlineListener>>();
  /** By space, those whom other processes have; and which those are. */
  #elsewhere = new Map<string, Set<string>>();
  #others = new Set<string>();
  readonly #beatMs: number;
  /** What is to be written, and told, and when a space was last told. */
  readonly #unwritten = new Set<string>();
  readonly #untold = new Set<string>();
  readonly #toldAt = new Map<string, number>();
  #gatherTimer: ReturnType<typeof setTimeout> | undefined;
  #beatTimer: ReturnType<typeof setInterval> | undefined;
  #writtenAt = 0;
  #failing = false;

  /** @param watchesSeeAll see `SyncOptions`. */
  constructor(private readonly kv: Deno.Kv, watchesSeeAll: boolean) {
    this.#beatMs = watchesSeeAll ? SLOW_BEAT_MS : BEAT_MS;
  }

  /** A new listener is told at once who is online; the others, soon. */
  enter(space: string, listener: OnlineListener): void {
    const there = this.#listeners.get(space) ?? new Set();
    this.#listeners.set(space, there.add(listener));
    this.#beatTimer ??= setInterval(() => this.#beat(), this.#beatMs);
    if (this.#writtenAt === 0) this.#beat();
    this.#announce(space, [listener]);
    this.#changed(space);
  }

  leave(space: string, listener: OnlineListener): void {
    const there = this.#listeners.get(space);
    if (!there?.delete(listener)) return;
    if (there.size === 0) this.#listeners.delete(space);
    this.#changed(space);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#beatTimer);
    this.#beatTimer = undefined;
    this.#writtenAt = 0;
  }

  /** Who is online in a space, as far as this process knows; call `refresh` first. */
  in(space: string): Set<string> {
    const here = [...this.#listeners.get(space) ?? []].map(({ userID }) =>
      userID
    );
    return new Set([...here, ...this.#elsewhere.get(space) ?? []]);
  }

  /** The other processes that are alive. */
  async #alive(): Promise<Set<string>> {
    const alive = new Set<string>();
    for await (
      const { key, value } of this.kv.list<number>({ prefix: ALIVE })
    ) {
      const process = key[1] as string;
      if (process !== this.#process && value > Date.now()) alive.add(process);
    }
    return alive;
  }

  /** Reads who is online by way of other processes, and tells what has changed. */
  readonly refresh = coalesce(async () => {
    const others = await this.#alive();
    const found = new Map<string, Set<string>>();
    for (const process of others) {
      const prefix = ["online", process];
      for await (const { key, value } of this.kv.list<string[]>({ prefix })) {
        const space = key[2] as string;
        const known = found.get(space) ?? new Set();
        for (const userID of value) known.add(userID);
        found.set(space, known);
      }
    }
    this.#others = others;
    const before = this.#elsewhere;
    this.#elsewhere = found;
    for (const space of this.#listeners.keys()) {
      const [was, is] = [before.get(space), found.get(space)];
      if ((was?.size ?? 0) === (is?.size ?? 0) && !is?.difference(was!).size) {
        continue;
      }
      this.#untold.add(space);
      this.#gather();
    }
  });

  #changed(space: string): void {
    this.#unwritten.add(space);
    this.#untold.add(space);
    this.#gather();
  }

  #gather(): void {
    this.#gatherTimer ??= setTimeout(async () => {
      await this.#report(() => this.#write());
      this.#gatherTimer = undefined;
      const now = Date.now();
      for (const space of [...this.#untold]) {
        const there = this.#listeners.get(space) ?? new Set();
        const toldAt = this.#toldAt.get(space) ?? 0;
        if (
          there.size > MANY_LISTENERS && now - toldAt < MANY_LISTENERS_PAUSE_MS
        ) continue;
        this.#untold.delete(space);
        if (there.size > 0) this.#toldAt.set(space, now);
        else this.#toldAt.delete(space);
        this.#announce(space, there);
      }
      if (this.#untold.size + this.#unwritten.size > 0) this.#gather();
    }, GATHER_MS);
  }

  /** Tells who is online: all of them each time, so that a missed event does no harm. */
  #announce(space: string, listeners: Iterable<OnlineListener>): void {
    const all = [...this.in(space)];
    const body = { space, userIDs: all.slice(0, MAX_NAMED), count: all.length };
    for (const { tell } of listeners) tell("online", body);
  }

  /** Writes down who is online by way of this process. */
  async #write(): Promise<void> {
    const spaces = [...this.#unwritten].slice(0, MAX_SETS_PER_COMMIT);
    if (spaces.length === 0) return;
    const atomic = this.kv.atomic();
    for (const space of spaces) {
      const key = ["online", this.#process, space];
      const there = this.#listeners.get(space);
      if (!there) atomic.delete(key);
      else {
        const all = new Set([...there].map(({ userID }) => userID));
        atomic.set(key, [...all].slice(0, MAX_NAMED), {
          expireIn: RECORD_LIFETIME_MS,
        });
      }
      this.#unwritten.delete(space);
    }
    try {
      await atomic.set(SIGNALS.online, 0).commit();
    } catch (error) {
      for (const space of spaces) this.#unwritten.add(space);
      throw error;
    }
  }

  async #beat(): Promise<void> {
    const now = Date.now();
    if (now - this.#writtenAt > RECORD_LIFETIME_MS / 2) {
      this.#writtenAt = now;
      for (const space of this.#listeners.keys()) this.#unwritten.add(space);
      this.#gather();
    }
    await this.#report(async () => {
      const lasts = DEAD_AFTER_BEATS * this.#beatMs;
      await this.kv.set([...ALIVE, this.#process], now + lasts, {
        expireIn: lasts,
      });
      const alive = await this.#alive();
      const changed = alive.symmetricDifference(this.#others).size > 0;
      if (changed) await this.refresh();
    });
  }

  /** Logs the first of a row of failures: it is tried again within seconds. */
  async #report(deed: () => Promise<void>): Promise<void> {
    try {
      await deed();
      this.#failing = false;
    } catch (error) {
      if (this.#failing || this.#listeners.size === 0) return;
      this.#failing = true;
      console.error("Who is online could not be told", error);
    }
  }
}
