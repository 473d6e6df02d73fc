// The spaces that this process holds in memory: those used last, and those that have readers.
import { ClientGroups } from "./client_group.ts";
import type { Domain, User } from "./domain.ts";
import type { Pokes } from "./poke.ts";
import { PushQueue } from "./push.ts";
import { Space } from "./space.ts";
import type { Store } from "./store.ts";

type OpenSpace<U extends User> = { space: Space; queue: PushQueue<U> };

export class Spaces<U extends User> {
  /** The one used last comes last. */
  readonly #open = new Map<string, OpenSpace<U>>();

  /** @param maxOpen is how many spaces are held; those with readers are never evicted, so there may be more. */
  constructor(
    private readonly store: Store,
    private readonly domain: Domain<U>,
    private readonly pokes: Pokes,
    private readonly maxOpen = 1_000,
  ) {}

  /** A space and its queue of pushes, from memory or new there. */
  at(name: string): OpenSpace<U> {
    const open = this.#open.get(name);
    if (!open) return this.#load(name);
    this.#open.delete(name);
    this.#open.set(name, open);
    return open;
  }

  /** A space, if it is in memory. */
  peek(name: string): Space | undefined {
    return this.#open.get(name)?.space;
  }

  #load(name: string): OpenSpace<U> {
    const { store, domain, pokes } = this;
    const groups = new ClientGroups(store.kv);
    const space = new Space(store.kv, name, (space, log, first) => {
      groups.advanced(log);
      if (!first) pokes.advanced(space, log); // each reader is greeted by itself
    });
    const queue = new PushQueue(store, space, domain, groups);
    this.#evict();
    this.#open.set(name, { space, queue });
    return { space, queue };
  }

  /**
   * Drops the one used longest ago. One that is still at work goes on as another
   * process would; but readers are to be told at once of what happens here.
   */
  #evict(): void {
    if (this.#open.size < this.maxOpen) return;
    for (const name of this.#open.keys()) {
      if (this.pokes.hasReaders(name)) continue;
      this.#open.delete(name);
      return;
    }
  }
}
