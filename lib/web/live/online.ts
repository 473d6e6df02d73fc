// Who is online in a room: has a stream of it open, in whichever process; nothing of it is in the log.
import { SIGNALS } from "./kv_signals.ts";

/** A process says so often that it lives, and is dead after so long a silence, in ms. */
const BEAT = 2_000;
const SILENCE = 6_000;
/** Changes are gathered for so long, in ms; the longer where many listen, as each is told of each. */
const GATHER = 300;
const REST = 2_000;
const MANY = 50;
/** So many are named, of however many. */
const MOST = 50;
/** What a dead process has left goes after so long, in ms; one that lives writes it again before. */
const LIFE = 60 * 60_000;
const SETS = 100; // of one commit

const ALIVE = ["alive"];

/** One open stream, as the people in its rooms see it. */
export type Listener = {
  userID: string;
  tell: (kind: string, body: unknown) => void;
};

/**
 * Per process one key that it lives, and one per room with those who are there
 * through it: a beat costs one write however many listen, and a crash empties
 * its rooms in less than 10 s.
 */
export class Online {
  readonly #process = crypto.randomUUID();
  readonly #here = new Map<string, Set<Listener>>();
  /** By space, those whom other processes have. */
  #elsewhere = new Map<string, Set<string>>();
  /** What is to be written, and told, and when a space was last told. */
  readonly #unwritten = new Set<string>();
  readonly #untold = new Set<string>();
  readonly #toldAt = new Map<string, number>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #beating: ReturnType<typeof setInterval> | undefined;
  #writtenAt = 0;
  #failing = false;

  constructor(private readonly kv: Deno.Kv) {}

  /** Whoever comes is told at once who is there; the others, soon. */
  enter(space: string, listener: Listener): void {
    const there = this.#here.get(space) ?? new Set();
    this.#here.set(space, there.add(listener));
    this.#beating ??= setInterval(() => this.#beat(), BEAT);
    if (this.#writtenAt === 0) this.#beat();
    this.#tell(space, [listener]);
    this.#changed(space);
  }

  leave(space: string, listener: Listener): void {
    const there = this.#here.get(space);
    if (!there?.delete(listener)) return;
    if (there.size === 0) this.#here.delete(space);
    this.#changed(space);
    if (this.#here.size > 0) return;
    clearInterval(this.#beating);
    this.#beating = undefined;
    this.#writtenAt = 0;
  }

  /** Who is online in a space, as far as this process knows; first `look`. */
  in(space: string): Set<string> {
    const here = [...this.#here.get(space) ?? []].map(({ userID }) => userID);
    return new Set([...here, ...this.#elsewhere.get(space) ?? []]);
  }

  /** Reads whom the other processes have, and tells what has changed. */
  async look(): Promise<void> {
    const found = new Map<string, Set<string>>();
    for await (
      const { key, value } of this.kv.list<number>({ prefix: ALIVE })
    ) {
      const process = key[1] as string;
      if (process === this.#process || value <= Date.now()) continue;
      const prefix = ["online", process];
      for await (const { key, value } of this.kv.list<string[]>({ prefix })) {
        const space = key[2] as string;
        const known = found.get(space) ?? new Set();
        for (const userID of value) known.add(userID);
        found.set(space, known);
      }
    }
    const before = this.#elsewhere;
    this.#elsewhere = found;
    for (const space of this.#here.keys()) {
      const [was, is] = [before.get(space), found.get(space)];
      if ((was?.size ?? 0) === (is?.size ?? 0) && !is?.difference(was!).size) {
        continue;
      }
      this.#untold.add(space);
      this.#gather();
    }
  }

  #changed(space: string): void {
    this.#unwritten.add(space);
    this.#untold.add(space);
    this.#gather();
  }

  #gather(): void {
    this.#gathering ??= setTimeout(async () => {
      await this.#attempt(() => this.#write());
      this.#gathering = undefined;
      const now = Date.now();
      for (const space of [...this.#untold]) {
        const there = this.#here.get(space) ?? new Set();
        const toldAt = this.#toldAt.get(space) ?? 0;
        if (there.size > MANY && now - toldAt < REST) continue;
        this.#untold.delete(space);
        if (there.size > 0) this.#toldAt.set(space, now);
        else this.#toldAt.delete(space);
        this.#tell(space, there);
      }
      if (this.#untold.size + this.#unwritten.size > 0) this.#gather();
    }, GATHER);
  }

  /** Says who is there: all of them each time, so that whatever was missed does not matter. */
  #tell(space: string, listeners: Iterable<Listener>): void {
    const all = [...this.in(space)];
    const body = { space, userIDs: all.slice(0, MOST), count: all.length };
    for (const { tell } of listeners) tell("online", body);
  }

  /** Puts on record who is there through this process. */
  async #write(): Promise<void> {
    const spaces = [...this.#unwritten].slice(0, SETS);
    if (spaces.length === 0) return;
    const atomic = this.kv.atomic();
    for (const space of spaces) {
      const key = ["online", this.#process, space];
      const there = this.#here.get(space);
      if (!there) atomic.delete(key);
      else {
        const all = new Set([...there].map(({ userID }) => userID));
        atomic.set(key, [...all].slice(0, MOST), { expireIn: LIFE });
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
    if (now - this.#writtenAt > LIFE / 2) {
      this.#writtenAt = now;
      for (const space of this.#here.keys()) this.#unwritten.add(space);
      this.#gather();
    }
    await this.#attempt(async () => {
      const alive = [...ALIVE, this.#process];
      await this.kv.set(alive, now + SILENCE, { expireIn: SILENCE });
      await this.look();
    });
  }

  /** Logs the first of a row of failures: it is tried again within seconds. */
  async #attempt(deed: () => Promise<void>): Promise<void> {
    try {
      await deed();
      this.#failing = false;
    } catch (error) {
      if (this.#failing || this.#here.size === 0) return;
      this.#failing = true;
      console.error("Who is online could not be told", error);
    }
  }
}
