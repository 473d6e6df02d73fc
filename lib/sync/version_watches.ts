// Keeps spaces in step with what other processes write to them.
import { keys } from "./keys.ts";
import type { Space } from "./space.ts";

const POLL = 1_000; // ms; on one SQLite file a watch never sees other processes
const AT_ONCE = 10; // the most keys that KV reads in one call

/**
 * The spaces that somebody listens to: one `kv.watch` each, and all looked at
 * once a second. What has changed reaches the space, and so whoever it tells.
 */
export class VersionWatches {
  /** The watch of each; missing after it has failed, until the poll opens another. */
  readonly #watches = new Map<
    Space,
    ReadableStreamDefaultReader<unknown> | undefined
  >();
  #timer: ReturnType<typeof setInterval> | undefined;
  #polling = false;
  #failing = false;

  constructor(private readonly kv: Deno.Kv) {}

  add(space: Space): void {
    this.#watches.set(space, undefined);
    this.#follow(space);
    this.#timer ??= setInterval(() => this.#poll(), POLL);
  }

  remove(space: Space): void {
    // One that has failed rejects; there is nothing left of it to end.
    this.#watches.get(space)?.cancel().catch(() => {});
    this.#watches.delete(space);
    if (this.#watches.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Takes each item of the watch as a hint to look: the first after a burst can be stale. */
  async #follow(space: Space): Promise<void> {
    try {
      const watch = this.kv.watch([keys.version(space.name)]).getReader();
      this.#watches.set(space, watch);
      while (!(await watch.read()).done) await this.#look([space]);
    } catch (error) {
      this.#report(error);
      if (this.#watches.has(space)) this.#watches.set(space, undefined);
    }
  }

  async #poll(): Promise<void> {
    if (this.#polling) return; // KV is slow: do not pile up
    this.#polling = true;
    for (const [space, watch] of this.#watches) {
      if (!watch) this.#follow(space);
    }
    await this.#look([...this.#watches.keys()]);
    this.#polling = false;
  }

  /** Catches up with whichever of the spaces have moved on. */
  async #look(spaces: Space[]): Promise<void> {
    let failed = false;
    const failing = (error: unknown) => {
      failed = true;
      this.#report(error);
    };
    for (let i = 0; i < spaces.length; i += AT_ONCE) {
      const some = spaces.slice(i, i + AT_ONCE);
      const versions = await this.kv.getMany<number[]>(
        some.map(({ name }) => keys.version(name)),
      ).catch(failing);
      for (const [j, version] of versions?.entries() ?? []) {
        await some[j].catchUp(version).catch(failing);
      }
    }
    if (!failed) this.#failing = false;
  }

  /** Logs the first of a row of failures: it is looked at again every second. */
  #report(error: unknown): void {
    if (this.#watches.size === 0 || this.#failing) return;
    this.#failing = true;
    console.error("The versions of watched spaces could not be read", error);
  }
}
