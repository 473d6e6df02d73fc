// Poke: tells open streams that a space has a new version, and that one may not be read any more.
import { type MayRead, Subscribers } from "./subscribers.ts";
import type { Collection } from "./domain.ts";
import { encoder, pokeEvent, sseEvent } from "./sse.ts";
import type { Copy } from "./stream_patch.ts";
import type { LogEntry, Op } from "./log.ts";
import { unavailable, unknownSpace } from "./protocol.ts";
import type { Space } from "./space.ts";
import { VersionWatches } from "./version_watches.ts";

/** What can be done with a stream from outside. */
export type OpenStream = {
  end: () => void;
  /** Sends an event of the app's own. */
  tell: (kind: string, body: unknown) => void;
};

/** Callbacks of the app about a stream that it opens. */
export type StreamHooks = {
  /** Given the stream, before its first event. */
  onOpen?: (stream: OpenStream) => void;
  /** A space is on the stream; later, that it is not any more. */
  onEnter?: (space: string) => void;
  onLeave?: (space: string) => void;
  /** Called when the stream has ended, by either side. */
  onEnd?: () => void;
  /**
   * What tells whose copies the stream serves, as pulls name it too: then it is
   * told what is new along with pokes. Before that `confirm` is called, for all
   * streams that have the same function once: it resolves when those are ended
   * whose users may have nothing more.
   */
  copies?: string;
  confirm?: () => Promise<unknown>;
};

const HEARTBEAT_MS = 15_000; // proxies drop a silent stream after 30 to 60 s
// After a restart, readers come back one by one: each after the least and a random part of the spread.
const MIN_RETRY_MS = 1_000;
const RETRY_SPREAD_MS = 8_000;
// Bytes that a reader may leave unread before it is dropped. Not events: it is
// told of each of its spaces before it can read at all, and they may be many.
const MAX_UNREAD_BYTES = 256 * 1024;

// An event and no comment: a page is not shown comments, and can tell by it that
// a connection which only seems open is dead.
const BEAT_EVENT = sseEvent("beat", {});

/** One open stream. */
type Reader = Omit<StreamHooks, "onOpen" | "onEnter"> & {
  mayRead: MayRead;
  spaces: Set<string>;
  stream: ReadableStreamDefaultController<Uint8Array>;
};

/**
 * The streams of this process. A space's version is watched once, and fanned
 * out here; watch and timers end with the last reader.
 */
export class Pokes {
  readonly #subscribers = new Map<string, Subscribers<Reader>>();
  readonly #readers = new Set<Reader>();
  readonly #watches: VersionWatches;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  constructor(
    kv: Deno.Kv,
    private readonly spaceOf: (name: string) => Space,
    private readonly guards: (space: string, op: Op) => boolean | string,
    watchesSeeAll: boolean,
    private readonly onPoke?: (ms: number) => void,
    /** Of a space; undefined where copies take whole views (Reset). */
    private readonly collectionsOf?: (space: string) => readonly Collection[],
  ) {
    this.#watches = new VersionWatches(kv, watchesSeeAll);
  }

  /** How many streams are open. */
  get size(): number {
    return this.#readers.size;
  }

  /** Whether a stream listens to a space. */
  hasReaders(name: string): boolean {
    return this.#subscribers.has(name);
  }

  /**
   * Opens a stream of server-sent events: `poke` for each space now and at each
   * new version, `gone` for one that may not be read, now or later. Throws an
   * `unknown-space` error when there is none that may.
   */
  async open(
    names: readonly string[],
    mayRead: MayRead,
    { onOpen, onEnter, ...rest }: StreamHooks = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const readable: string[] = [];
    for (const name of names) if (await mayRead(name)) readable.push(name);
    if (readable.length === 0) {
      throw unknownSpace();
    }
    if (this.#closed) {
      throw unavailable(undefined, "The server is stopping.");
    }
    let reader: Reader;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        reader = {
          ...rest,
          mayRead,
          spaces: new Set(),
          stream: controller,
        };
        // Registered before the version is read: nothing falls between.
        for (const name of readable) this.#add(reader, name);
      },
      cancel: () => this.#remove(reader),
    }, new ByteLengthQueuingStrategy({ highWaterMark: MAX_UNREAD_BYTES }));
    onOpen?.({
      end: () => this.#end(reader),
      tell: (kind, body) => this.#send(reader, sseEvent(kind, body)),
    });
    for (const name of readable) onEnter?.(name);
    try {
      for (const name of names) {
        if (readable.includes(name)) await this.#greet(reader!, name);
        else this.#send(reader!, sseEvent("gone", { space: name }));
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
    // Asked once more, now that a change to it would be noticed.
    if (!await reader.mayRead(name)) return this.#revoke(reader, name);
    this.#send(reader, pokeEvent(space));
  }

  #revoke(reader: Reader, name: string): void {
    this.#send(reader, sseEvent("gone", { space: name }));
    this.#leave(reader, name);
    if (reader.spaces.size === 0) this.#end(reader);
  }

  /** Says that a space has moved on; `log` is null when it is not known how. */
  advanced(space: Space, log: readonly LogEntry[] | null): void {
    const subscribers = this.#subscribers.get(space.name);
    if (!subscribers) return;
    if (subscribers.mayHaveLost(log, this.guards)) subscribers.recheckRights();
    subscribers.pokeSoon(log?.[0]?.at);
  }

  /** Says that a copy was answered; see `StreamHooks.copies`. */
  pulled(space: string, copies: string, copy: Copy): void {
    this.#subscribers.get(space)?.pulled(copies, copy);
  }

  /** Sends an event of the app's own to the streams that listen to a space; it is not stored. */
  tell(name: string, kind: string, body: unknown): void {
    this.#subscribers.get(name)?.tell(sseEvent(kind, body));
  }

  /** Ends all streams, tells each to come back at a time of its own, and opens no more. */
  close(): void {
    this.#closed = true;
    for (const reader of [...this.#readers]) {
      const retry = Math.round(MIN_RETRY_MS + Math.random() * RETRY_SPREAD_MS);
      this.#send(reader, encoder.encode(`retry: ${retry}\n\n`));
      this.#end(reader);
    }
  }

  #add(reader: Reader, name: string): void {
    let subscribers = this.#subscribers.get(name);
    if (!subscribers) {
      const space = this.spaceOf(name);
      subscribers = new Subscribers(
        space,
        {
          send: (reader, bytes) => this.#send(reader, bytes),
          revoke: (reader) => this.#revoke(reader, name),
          end: (reader) => this.#end(reader),
        },
        this.onPoke,
        this.collectionsOf?.(name),
      );
      this.#subscribers.set(name, subscribers);
      this.#watches.add(space);
    }
    subscribers.add(reader);
    reader.spaces.add(name);
    this.#readers.add(reader);
    this.#timer ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  #leave(reader: Reader, name: string): void {
    reader.spaces.delete(name);
    reader.onLeave?.(name);
    const subscribers = this.#subscribers.get(name);
    if (!subscribers?.remove(reader) || subscribers.readers.size > 0) {
      return;
    }
    this.#subscribers.delete(name);
    subscribers.close();
    this.#watches.remove(subscribers.space);
  }

  #remove(reader: Reader): void {
    for (const name of [...reader.spaces]) this.#leave(reader, name);
    if (!this.#readers.delete(reader)) return;
    reader.onEnd?.();
    if (this.#readers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
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
    if (bytes.length > (reader.stream.desiredSize ?? 0)) this.#drop(reader);
    else reader.stream.enqueue(bytes);
  }

  /** Breaks a stream off, together with all that waits in it. */
  #drop(reader: Reader): void {
    this.#remove(reader);
    reader.stream.error(unavailable(undefined, "The reader does not read."));
  }

  #beat(): void {
    for (const reader of this.#readers) this.#send(reader, BEAT_EVENT);
  }
}
