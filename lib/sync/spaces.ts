// The spaces that this process holds in memory: those used last, and those that have readers.
import { ClientGroups } from "./client_group.ts";
import type { Domain, User } from "./domain.ts";
import type { Pokes } from "./poke.ts";
import { PushQueue } from "./push.ts";
import { Space } from "./space.ts";
import type { Store } from "./store.ts";

type OpenSpace<U extends User> = {
  space: Space;
  queue: PushQueue<U>;
  groups: ClientGroups;
  /** What it was found to remember, in bytes, when it was last looked at. */
  bytes: number;
};

export class Spaces<U extends User> {
  /** The one used last comes last. */
  readonly #open = new Map<string, OpenSpace<U>>();
  #bytes = 0;

  /**
   * @param maxBytes is how much they remember, all together.
   * @param onAdvance is told of each space that has changed.
   * @param maxOpen is how many spaces are held; those with readers are never
   * evicted, so there may be more.
   */
  constructor(
    private readonly store: Store,
    private readonly domain: Domain<U>,
    private readonly pokes: Pokes,
    private readonly maxBytes: number,
    private readonly onAdvance: (space: string) => void,
    private readonly maxOpen = 1_000,
  ) {}

  /** A space and its queue of pushes, from memory or new there. */
  at(name: string): OpenSpace<U> {
    const open = this.#open.get(name);
    if (!open) return this.#load(name);
    this.#open.delete(name);
    this.#open.set(name, open);
    this.#weigh(open);
    return open;
  }

  /** How many bytes the spaces were last found to remember. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A space, if it is in memory. */
  peek(name: string): Space | undefined {
    return this.#open.get(name)?.space;
  }

  #load(name: string): OpenSpace<U> {
    const { store, domain, pokes } = this;
    const groups = new ClientGroups(store.kv, name);
    const weigh = () => {
      const open = this.#open.get(name);
      if (open?.space === space) this.#weigh(open);
    };
    const space: Space = new Space(store.kv, name, (space, log, first) => {
      // What was read before the birth stood under no guard (housekeeping.ts).
      const isBirth = log?.length === space.version;
      groups.advanced(isBirth ? null : log);
      weigh();
      if (first) return; // each reader is greeted by itself
      pokes.advanced(space, log);
      this.onAdvance(name);
    }, weigh);
    const queue = new PushQueue(store, space, domain, groups);
    this.#evict();
    const open = { space, queue, groups, bytes: 0 };
    this.#open.set(name, open);
    return open;
  }

  /** Looks at what a space remembers. When all remember too much, those used longest ago forget. */
  #weigh(open: OpenSpace<U>): void {
    const bytes = open.space.bytes + open.groups.bytes;
    this.#bytes += bytes - open.bytes;
    open.bytes = bytes;
    if (this.#bytes <= this.maxBytes) return;
    for (const each of this.#open.values()) {
      // Some more than it must, so that it is not done each time.
      if (this.#bytes <= .9 * this.maxBytes) return;
      if (each !== open) this.#forget(each);
    }
  }

  #forget(open: OpenSpace<U>): void {
    open.space.forget();
    open.groups.advanced(null);
    this.#bytes -= open.bytes;
    open.bytes = 0;
  }

  /**
   * Drops the one used longest ago. One that is still at work goes on as another
   * process would; but readers are to be told at once of what happens here.
   */
  #evict(): void {
    if (this.#open.size < this.maxOpen) return;
    for (const name of this.#open.keys()) {
      if (this.pokes.hasReaders(name)) continue;
      this.#bytes -= this.#open.get(name)!.bytes;
      this.#open.delete(name);
      return;
    }
  }
}
