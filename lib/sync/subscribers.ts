// The streams that listen to one space: pokes them, and checks that they may still read it.
import { clearImmediate, setImmediate } from "node:timers";
import { coalesce } from "./coalesce.ts";
import { logFailure } from "./log_failure.ts";
import type { Space } from "./space.ts";
import { pokeEvent } from "./sse.ts";

/** Whether the stream's user may read a space, asked at opening and after each change that could end it. */
export type MayRead = (space: string) => Promise<boolean>;

const MIN_READERS_TO_COALESCE = 50;
const COALESCE_MS = 15;
// The pause after a poke is this many times as long as telling took, because
// sending takes several times that, and pushes are to get most of the time. With
// 1,000 readers it is about 150 ms.
const PAUSE_FACTOR = 30;
// Telling may have been held up: by a collection of garbage, by a machine that slept.
const MAX_PAUSE_MS = 1_000;

export class Subscribers<Reader extends { mayRead: MayRead }> {
  readonly readers = new Set<Reader>();
  /** Cancels the next poke; undefined when none is to go out. */
  #cancelPoke: (() => void) | undefined;
  /** When the oldest commit was made that is still to be told, in ms since 1970. */
  #untoldSince: number | undefined;
  /** Until then, by `performance.now()`, many readers are not poked again. */
  #pausedUntil = 0;
  /** Checks all readers' rights, once at a time, however many changes there are. */
  readonly recheckRights = coalesce(() => this.#checkRights());

  constructor(
    readonly space: Space,
    private readonly to: {
      send: (reader: Reader, bytes: Uint8Array) => void;
      revoke: (reader: Reader) => void;
      end: (reader: Reader) => void;
    },
    private readonly onPoke?: (ms: number) => void,
  ) {}

  /**
   * Tells all the space's version: soon, and once for all that happens until
   * then. `since` is when it happened, in ms since 1970, if that is known.
   */
  pokeSoon(since?: number): void {
    this.#untoldSince ??= since;
    if (this.#cancelPoke) return;
    // After this turn: the push is answered first. A timer of 0 takes 1 to 2 ms.
    if (this.readers.size < MIN_READERS_TO_COALESCE) {
      const turn = setImmediate(() => this.#poke());
      this.#cancelPoke = () => clearImmediate(turn);
    } else {
      const rest = this.#pausedUntil - performance.now();
      const delay = Math.max(COALESCE_MS, rest);
      const timer = setTimeout(() => this.#poke(), delay);
      this.#cancelPoke = () => clearTimeout(timer);
    }
  }

  #poke(): void {
    this.#cancelPoke = undefined;
    const began = performance.now();
    this.tell(pokeEvent(this.space));
    if (this.#untoldSince !== undefined) {
      this.onPoke?.(Date.now() - this.#untoldSince);
      this.#untoldSince = undefined;
    }
    const now = performance.now();
    this.#pausedUntil = now +
      Math.min(PAUSE_FACTOR * (now - began), MAX_PAUSE_MS);
  }

  tell(bytes: Uint8Array): void {
    for (const reader of this.readers) this.to.send(reader, bytes);
  }

  /** Asks for each reader whether it still may, and sends off who may not. */
  async #checkRights(): Promise<void> {
    for (const reader of [...this.readers]) {
      try {
        if (await reader.mayRead(this.space.name)) continue;
      } catch (error) {
        logFailure("A reader's right could not be looked up", error);
        this.to.end(reader); // it may come back and ask
        continue;
      }
      this.to.revoke(reader);
    }
  }

  /** Its last reader has gone. */
  close(): void {
    this.#cancelPoke?.();
  }
}
