// The spaces that this process knows: those used last, and those that somebody listens to.
import { ClientGroups } from "./client_group.ts";
import type { Domain, User } from "./domain.ts";
import type { Pokes } from "./poke.ts";
import { PushQueue } from "./push.ts";
import { Space } from "./space.ts";
import type { Store } from "./write.ts";

type Known<U extends User> = { space: Space; queue: PushQueue<U> };

export class Spaces<U extends User> {
  /** The one used last comes last. */
  readonly #known = new Map<string, Known<U>>();

  /** @param most is how many are kept that nobody listens to. */
  constructor(
    private readonly store: Store,
    private readonly domain: Domain<U>,
    private readonly pokes: Pokes,
    private readonly most = 1_000,
  ) {}

  /** A space, known or to be looked up, and its queue of pushes. */
  at(name: string): Known<U> {
    const here = this.#known.get(name);
    if (!here) return this.#open(name);
    this.#known.delete(name);
    this.#known.set(name, here);
    return here;
  }

  /** A space, if this process knows it. */
  known(name: string): Space | undefined {
    return this.#known.get(name)?.space;
  }

  #open(name: string): Known<U> {
    const { store, domain, pokes } = this;
    const groups = new ClientGroups(store.kv);
    const space = new Space(store.kv, name, (space, log, first) => {
      groups.advanced(log);
      if (!first) pokes.advanced(space, log); // each reader is greeted by itself
    });
    const queue = new PushQueue(store, space, domain, groups);
    this.#tidy();
    this.#known.set(name, { space, queue });
    return { space, queue };
  }

  /**
   * Drops the one used longest ago. One that is still at work goes on as another
   * process would; but who listens is to hear at once of what happens here.
   */
  #tidy(): void {
    if (this.#known.size < this.most) return;
    for (const name of this.#known.keys()) {
      if (this.pokes.isHeard(name)) continue;
      this.#known.delete(name);
      return;
    }
  }
}
