// The streams that listen to one space: pokes them, and checks that they may still read it.
import { clearImmediate, setImmediate } from "node:timers";
import { coalesce } from "./coalesce.ts";
import type { Collection } from "./domain.ts";
import type { LogEntry, Op } from "./log.ts";
import { logFailure } from "./log_failure.ts";
import type { Space } from "./space.ts";
import { pokeEvent } from "./sse.ts";
import { type Copy, StreamPatches } from "./stream_patch.ts";

/** Whether the stream's user may read a space, asked at opening and after each change that could end it. */
export type MayRead = (space: string) => Promise<boolean>;

// The pause after a poke is this many times as long as telling took, because
// sending takes several times that, and pushes are to get most of the time. With
// 1,000 readers it is about 150 ms.
const PAUSE_FACTOR = 30;
// Telling may have been held up: by a collection of garbage, by a machine that slept.
const MAX_PAUSE_MS = 1_000;
// Then what is new is pulled: a poke does not wait for a KV that does not answer.
const MAX_CONFIRM_MS = 1_000;

/** Of an open stream, what it takes to tell it of a space. */
type Listening = {
  mayRead: MayRead;
  /** Whose copies it serves; without it, it is told versions alone. */
  copies?: string;
  /** Resolves once it is closed if its user may have nothing more. */
  confirm?: () => Promise<unknown>;
};

export class Subscribers<Reader extends Listening> {
  readonly readers = new Set<Reader>();
  /** By `Listening.copies`: how many streams have it, and the copy behind them that was answered last. */
  readonly #copies = new Map<string, { streams: number; copy?: Copy }>();
  /** How many times rights were to be checked, and whether that is yet to be done. */
  #checks = 0;
  #isChecked = true;
  /** Cancels the next poke; undefined when none is to go out. */
  #cancelPoke: (() => void) | undefined;
  /** When the oldest commit was made that is still to be told, in ms since 1970. */
  #untoldSince: number | undefined;
  /** Until then, by `performance.now()`, many readers are not poked again. */
  #restUntil = 0;
  /** By key: what the app said last of entries that decide who may read. */
  readonly #decided = new Map<string, string>();
  /** Checks all readers' rights, once at a time, however many changes there are. */
  readonly #recheck = coalesce(() => this.#checkRights());

  constructor(
    readonly space: Space,
    private readonly to: {
      send: (reader: Reader, bytes: Uint8Array) => void;
      revoke: (reader: Reader) => void;
      end: (reader: Reader) => void;
    },
    private readonly onPoke?: (ms: number) => void,
    /** Undefined where copies take whole views (Reset). */
    private readonly collections?: readonly Collection[],
  ) {}

  /** Asks for each reader anew; until then nothing but versions is told. */
  recheckRights(): void {
    const check = ++this.#checks;
    this.#isChecked = false;
    this.#recheck().then(() => this.#isChecked ||= check === this.#checks);
  }

  /** A copy has been answered. */
  pulled(copies: string, copy: Copy): void {
    const behind = this.#copies.get(copies);
    if (behind) behind.copy = copy;
  }

  add(reader: Reader): void {
    this.readers.add(reader);
    const { copies } = reader;
    if (copies === undefined) return;
    const behind = this.#copies.get(copies) ?? { streams: 0 };
    behind.streams++;
    this.#copies.set(copies, behind);
  }

  /** Whether it was there. */
  remove(reader: Reader): boolean {
    if (!this.readers.delete(reader)) return false;
    const { copies } = reader;
    const behind = copies !== undefined && this.#copies.get(copies);
    if (behind && --behind.streams === 0) this.#copies.delete(copies!);
    return true;
  }

  /**
   * Tells all the space's version: soon, and once for all that happens until
   * then. `since` is when it happened, in ms since 1970, if that is known.
   */
  pokeSoon(since?: number): void {
    this.#untoldSince ??= since;
    if (this.#cancelPoke) return;
    const rest = this.#restUntil - performance.now();
    if (rest <= 0) {
      // After this turn: the push is answered first. A timer of 0 takes 1 to 2 ms.
      const turn = setImmediate(() => this.#poke());
      this.#cancelPoke = () => clearImmediate(turn);
    } else {
      const timer = setTimeout(() => this.#poke(), rest);
      this.#cancelPoke = () => clearTimeout(timer);
    }
  }

  async #poke(): Promise<void> {
    const since = this.#untoldSince;
    this.#untoldSince = undefined;
    // What is committed while it is asked who may go on is not for those who may not.
    const { version } = this.space;
    const isSure = this.#copies.size > 0 && await this.#confirm();
    this.#cancelPoke = undefined;
    const began = performance.now();
    if (isSure && this.#isChecked && this.collections) {
      this.#tellPatches(version, this.collections);
    } else this.tell(pokeEvent(this.space));
    if (since !== undefined) this.onPoke?.(Date.now() - since);
    const now = performance.now();
    this.#restUntil = now +
      Math.min(PAUSE_FACTOR * (now - began), MAX_PAUSE_MS);
    if (this.space.version > version) this.pokeSoon();
  }

  /** Has streams end whose users may have nothing more; whether that is known of all. */
  async #confirm(): Promise<boolean> {
    const all = new Set<() => Promise<unknown>>();
    for (const { confirm } of this.readers) if (confirm) all.add(confirm);
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), MAX_CONFIRM_MS);
    try {
      const confirmed = Promise.all([...all].map((confirm) => confirm()));
      return await Promise.race([confirmed.then(() => true), late.promise]);
    } catch (error) {
      logFailure("Whose streams may go on could not be looked up", error);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  #tellPatches(version: number, collections: readonly Collection[]): void {
    const patches = new StreamPatches(this.space, version, collections);
    const poke = pokeEvent(this.space);
    const events = new Map<string, Uint8Array>();
    for (const [copies, behind] of this.#copies) {
      const event = behind.copy && patches.eventFor(behind.copy);
      if (!event) continue;
      events.set(copies, event.bytes);
      behind.copy = { ...behind.copy!, cookie: event.cookie };
    }
    for (const reader of this.readers) {
      this.to.send(reader, events.get(reader.copies ?? "") ?? poke);
    }
  }

  /** Whether a reader may have lost the right to read; `log` is null when it is not known what has happened. */
  mayHaveLost(
    log: readonly LogEntry[] | null,
    guards: (space: string, op: Op) => boolean | string,
  ): boolean {
    let may = log === null;
    if (may) this.#decided.clear();
    for (const { ops } of log ?? []) {
      for (const op of ops) {
        const said = guards(this.space.name, op);
        if (typeof said === "boolean") may ||= said;
        else if (this.#decided.get(op.key) !== said) {
          this.#decided.set(op.key, said);
          may = true;
        }
      }
    }
    return may;
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
