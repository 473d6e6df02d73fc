// Those who listen to one space: told of its versions, and asked whether they still may.
import { clearImmediate, setImmediate } from "node:timers";
import { pokeEvent } from "./sse.ts";
import type { Space } from "./space.ts";

/** Whether the stream's user may read a space, asked at opening and after each change that could end it. */
export type MayRead = (space: string) => Promise<boolean>;

const MANY = 50; // readers, from which on pokes are coalesced
const COALESCE = 15; // ms
// Times as long as telling took: sending what was told takes several times that,
// and pushes are to get most of the time. With 1,000 readers about 150 ms.
const REST = 30;
// Telling may have been held up: by a collection of garbage, by a machine that slept.
const LONGEST_REST = 1_000; // ms

export class Subscribers<Reader extends { mayRead: MayRead }> {
  readonly readers = new Set<Reader>();
  /** Calls the next poke off; undefined when none is to go out. */
  #callOff: (() => void) | undefined;
  /** Before that, by `performance.now()`, many are not told again. */
  #restsUntil = 0;
  /** Whether the readers' rights are to be asked for, and are being. */
  #ask = false;
  #asking = false;

  constructor(
    readonly space: Space,
    private readonly to: {
      send: (reader: Reader, bytes: Uint8Array) => void;
      sendOff: (reader: Reader) => void;
      end: (reader: Reader) => void;
    },
  ) {}

  /** Tells all the space's version: soon, and once for all that happens until then. */
  pokeSoon(): void {
    if (this.#callOff) return;
    // After this turn: whoever pushed is answered first. A timer of 0 takes 1 to 2 ms.
    if (this.readers.size < MANY) {
      const turn = setImmediate(() => this.#poke());
      this.#callOff = () => clearImmediate(turn);
    } else {
      const rest = this.#restsUntil - performance.now();
      const delay = Math.max(COALESCE, rest);
      const timer = setTimeout(() => this.#poke(), delay);
      this.#callOff = () => clearTimeout(timer);
    }
  }

  #poke(): void {
    this.#callOff = undefined;
    const began = performance.now();
    this.tell(pokeEvent(this.space));
    const now = performance.now();
    this.#restsUntil = now + Math.min(REST * (now - began), LONGEST_REST);
  }

  tell(bytes: Uint8Array): void {
    for (const reader of this.readers) this.to.send(reader, bytes);
  }

  /** Asks the readers once at a time, however many changes there are. */
  async askSoon(): Promise<void> {
    this.#ask = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#ask) {
      this.#ask = false;
      await this.#askAll();
    }
    this.#asking = false;
  }

  /** Asks for each reader whether it still may, and sends off who may not. */
  async #askAll(): Promise<void> {
    for (const reader of [...this.readers]) {
      try {
        if (await reader.mayRead(this.space.name)) continue;
      } catch (error) {
        console.error("A reader's right could not be looked up", error);
        this.to.end(reader); // it may come back and ask
        continue;
      }
      this.to.sendOff(reader);
    }
  }

  /** Its last reader has gone. */
  close(): void {
    this.#callOff?.();
  }
}
