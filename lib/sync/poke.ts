// Poke: tells open streams that a space has a new version, and that one may not be read any more.
import { keys } from "./keys.ts";
import type { LogEntry } from "./log.ts";
import { SyncError } from "./protocol.ts";
import type { Space } from "./space.ts";

/** Whether the stream's user may read a space, asked at opening and after each change that could end it. */
export type MayRead = (space: string) => Promise<boolean>;

const HEARTBEAT = 15_000; // ms; proxies drop a silent stream after 30 to 60 s
const POLL = 1_000; // ms; on one SQLite file a watch never sees other processes
const MANY = 50; // readers, from which on pokes are coalesced
const COALESCE = 15; // ms
const BACKLOG = 100; // events that a reader may leave unread before it is dropped
const AT_ONCE = 10; // the most keys that KV reads in one call

const encoder = new TextEncoder();
const event = (name: string, body: unknown) =>
  encoder.encode(`event: ${name}\ndata: ${JSON.stringify(body)}\n\n`);
const COMMENT = encoder.encode(": still here\n\n");

/** One open stream. */
type Reader = {
  mayRead: MayRead;
  spaces: Set<string>;
  stream: ReadableStreamDefaultController<Uint8Array>;
};

/** A space that somebody listens to. */
type Watched = {
  space: Space;
  readers: Set<Reader>;
  watch: ReadableStreamDefaultReader<unknown>;
  timer?: ReturnType<typeof setTimeout>;
};

/**
 * The streams of this process. Per space there is one watch on its version,
 * fanned out here; watch and timers end with the last reader.
 */
export class Pokes {
  readonly #watched = new Map<string, Watched>();
  readonly #readers = new Set<Reader>();
  #timers: ReturnType<typeof setInterval>[] = [];
  #failing = false;

  constructor(
    private readonly kv: Deno.Kv,
    private readonly spaceOf: (name: string) => Space,
    private readonly guards: (key: string) => boolean,
  ) {}

  /**
   * Opens a stream of server-sent events: `poke` for each space now and at each
   * new version, `gone` for one that may not be read, now or later. Throws an
   * `unknown-space` error when there is none that may.
   */
  async open(
    names: readonly string[],
    mayRead: MayRead,
  ): Promise<ReadableStream<Uint8Array>> {
    const readable: string[] = [];
    for (const name of names) if (await mayRead(name)) readable.push(name);
    if (readable.length === 0) {
      throw new SyncError("unknown-space", "There is no such space.");
    }
    let reader: Reader;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        reader = { mayRead, spaces: new Set(), stream: controller };
        // Registered before the version is read: nothing falls between.
        for (const name of readable) this.#add(reader, name);
      },
      cancel: () => this.#remove(reader),
    });
    try {
      for (const name of names) {
        if (readable.includes(name)) await this.#greet(reader!, name);
        else this.#send(reader!, event("gone", { space: name }));
      }
    } catch (error) {
      this.#remove(reader!);
      throw error;
    }
    return stream;
  }

  /** The first poke of a space: what happened before the reader came. */
  async #greet(reader: Reader, name: string): Promise<void> {
    const space = this.spaceOf(name);
    await space.refresh();
    const { version } = space;
    this.#send(reader, event("poke", { space: name, version }));
  }

  /** Says that a space has moved on; `log` is null when it is not known how. */
  advanced(space: Space, log: readonly LogEntry[] | null): void {
    const watched = this.#watched.get(space.name);
    if (!watched) return;
    const guarded = !log ||
      log.some(({ ops }) => ops.some(({ key }) => this.guards(key)));
    if (guarded) this.#askAgain(watched);
    // After this turn: whoever pushed is answered first.
    const delay = watched.readers.size >= MANY ? COALESCE : 0;
    watched.timer ??= setTimeout(() => {
      watched.timer = undefined;
      const { name, version } = space;
      const poke = event("poke", { space: name, version });
      for (const reader of watched.readers) this.#send(reader, poke);
    }, delay);
  }

  /** Ends every stream. */
  close(): void {
    for (const reader of [...this.#readers]) this.#end(reader);
  }

  #add(reader: Reader, name: string): void {
    let watched = this.#watched.get(name);
    if (!watched) {
      const watch = this.kv.watch([keys.version(name)]).getReader();
      const space = this.spaceOf(name);
      watched = { space, readers: new Set(), watch };
      this.#watched.set(name, watched);
      this.#follow(watched);
    }
    watched.readers.add(reader);
    reader.spaces.add(name);
    this.#readers.add(reader);
    if (this.#timers.length === 0) {
      this.#timers = [
        setInterval(() => this.#beat(), HEARTBEAT),
        setInterval(() => this.#poll(), POLL),
      ];
    }
  }

  #leave(reader: Reader, name: string): void {
    reader.spaces.delete(name);
    const watched = this.#watched.get(name);
    if (!watched?.readers.delete(reader) || watched.readers.size > 0) return;
    this.#watched.delete(name);
    clearTimeout(watched.timer);
    watched.watch.cancel();
  }

  #remove(reader: Reader): void {
    for (const name of [...reader.spaces]) this.#leave(reader, name);
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#timers.forEach(clearInterval);
    this.#timers = [];
  }

  #end(reader: Reader): void {
    this.#remove(reader);
    try {
      reader.stream.close();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it was closed already
    }
  }

  #send(reader: Reader, bytes: Uint8Array): void {
    if (!this.#readers.has(reader)) return;
    // A reader that does not read must not fill our memory; it will reconnect.
    if ((reader.stream.desiredSize ?? 0) < -BACKLOG) this.#end(reader);
    else reader.stream.enqueue(bytes);
  }

  /** Takes each item of the watch as a hint to look: the first after a burst can be stale. */
  async #follow({ space, watch }: Watched): Promise<void> {
    try {
      while (!(await watch.read()).done) await this.#look([space]);
    } catch (error) {
      this.#report(error); // the poll goes on without it
    }
  }

  #beat(): void {
    for (const reader of this.#readers) this.#send(reader, COMMENT);
  }

  async #poll(): Promise<void> {
    await this.#look([...this.#watched.values()].map(({ space }) => space));
  }

  /** Catches up with whichever of the spaces have moved on. */
  async #look(spaces: Space[]): Promise<void> {
    try {
      for (let i = 0; i < spaces.length; i += AT_ONCE) {
        const some = spaces.slice(i, i + AT_ONCE);
        const versions = await this.kv.getMany<number[]>(
          some.map(({ name }) => keys.version(name)),
        );
        for (const [j, version] of versions.entries()) {
          await some[j].catchUp(version);
        }
      }
      this.#failing = false;
    } catch (error) {
      this.#report(error);
    }
  }

  /** Logs the first of a row of failures: it is looked at again every second. */
  #report(error: unknown): void {
    if (this.#readers.size === 0 || this.#failing) return;
    this.#failing = true;
    console.error("The versions of watched spaces could not be read", error);
  }

  /** Asks for each reader of a space whether it still may, and sends off who may not. */
  async #askAgain({ space, readers }: Watched): Promise<void> {
    for (const reader of [...readers]) {
      try {
        if (await reader.mayRead(space.name)) continue;
      } catch (error) {
        this.#report(error);
        this.#end(reader); // unknown: it may reconnect and ask
        continue;
      }
      this.#send(reader, event("gone", { space: space.name }));
      this.#leave(reader, space.name);
      if (reader.spaces.size === 0) this.#end(reader);
    }
  }
}
