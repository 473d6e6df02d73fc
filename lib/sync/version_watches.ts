// Keeps spaces in step with what other processes write to them.
import { keys } from "./keys.ts";
import type { Space } from "./space.ts";
import { watchKeys } from "./watch_keys.ts";

const POLL_MS = 1_000; // on one SQLite file a watch never sees other processes
const MAX_KEYS_PER_READ = 10; // of KV

/**
 * The spaces that have readers: one watch each, and a look at all of them once a
 * second. A change reaches the space, which tells its readers.
 */
export class VersionWatches {
  /** How the watch of each is ended. */
  readonly #watches = new Map<Space, () => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failing = false;

  constructor(private readonly kv: Deno.Kv) {}

  add(space: Space): void {
    this.#watches.set(space, () => {}); // before the watch: its first error is reported
    const end = watchKeys(
      this.kv,
      [keys.version(space.name)],
      () => this.#look([space]),
      (error) => this.#report(error),
    );
    this.#watches.set(space, end);
    this.#timer ??= setTimeout(() => this.#poll(), POLL_MS);
  }

  remove(space: Space): void {
    this.#watches.get(space)?.();
    this.#watches.delete(space);
    if (this.#watches.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at all spaces; the next poll waits for the end of this one, as KV may be slow. */
  async #poll(): Promise<void> {
    const timer = this.#timer;
    await this.#look([...this.#watches.keys()]);
    // It may have been ended meanwhile, and begun anew.
    if (this.#timer !== timer) return;
    this.#timer = setTimeout(() => this.#poll(), POLL_MS);
  }

  /** Catches up with those of the spaces that have moved on. */
  async #look(spaces: Space[]): Promise<void> {
    let failed = false;
    const failing = (error: unknown) => {
      failed = true;
      this.#report(error);
    };
    for (let i = 0; i < spaces.length; i += MAX_KEYS_PER_READ) {
      const some = spaces.slice(i, i + MAX_KEYS_PER_READ);
      const versions = await this.kv.getMany<number[]>(
        some.map(({ name }) => keys.version(name)),
      ).catch(failing);
      for (const [j, version] of versions?.entries() ?? []) {
        await some[j].catchUp(version).catch(failing);
      }
    }
    if (!failed) this.#failing = false;
  }

  /** Logs the first of a row of failures: there is a look every second. */
  #report(error: unknown): void {
    if (this.#watches.size === 0 || this.#failing) return;
    this.#failing = true;
    console.error("The versions of watched spaces could not be read", error);
  }
}
