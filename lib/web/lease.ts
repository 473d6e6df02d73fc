// A lease in KV: of several processes one at a time has it, until it gives it back, or dies.
import { logFailure } from "../sync/mod.ts";

type Stored = { holder: string; until: number };

/**
 * It only spares work: by clocks that differ, or a process that was stopped for
 * seconds, two may hold it for a moment. What must not be written by the one
 * whose time is over checks `term`.
 */
export class Lease {
  readonly #key: Deno.KvKey;
  readonly #holder = crypto.randomUUID();
  /** As of when we took or prolonged it. */
  #ours: { versionstamp: string; until: number } | undefined;
  /** One attempt at a time: of two at once one would fail, and look like another process's. */
  #attempt: Promise<boolean> | undefined;
  #term: Deno.AtomicCheck | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param lastsMs is how long, in milliseconds, others wait for one that died; it is prolonged when half of that is left. */
  constructor(
    private readonly kv: Deno.Kv,
    name: string,
    private readonly lastsMs: number,
  ) {
    this.#key = ["lease", name];
  }

  /** Takes or prolongs it; false while another has it. Throws what KV does. */
  hold(): Promise<boolean> {
    return this.#attempt ??= this.#hold()
      .finally(() => this.#attempt = undefined);
  }

  /** That nobody else has taken it since we took it last; there is one once `hold` was true. */
  get term(): Deno.AtomicCheck {
    return this.#term!;
  }

  /** Prolongs it by a timer from now on, until it is given back or lost: for what may take longer than it lasts. */
  keep(): void {
    this.#timer ??= setInterval(() => {
      if (this.#ours) this.hold().catch(() => {}); // it is tried again
      else this.#endKeeping();
    }, this.lastsMs / 6);
    Deno.unrefTimer(this.#timer);
  }

  #endKeeping(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #hold(): Promise<boolean> {
    const now = Date.now();
    const { lastsMs } = this;
    if (this.#ours && this.#ours.until - now > lastsMs / 2) return true;
    const found = await this.kv.get<Stored>(this.#key);
    const { value } = found;
    if (value && value.holder !== this.#holder && value.until > now) {
      this.#ours = undefined;
      return false;
    }
    const stored: Stored = { holder: this.#holder, until: now + lastsMs };
    const atomic = this.kv.atomic().check(found)
      .set(this.#key, stored, { expireIn: lastsMs });
    const key = [...this.#key, "term"];
    // Unless it is prolonged. One that is lost in the commit is not known.
    if (value?.holder !== this.#holder) this.#term = undefined;
    const isTaken = !this.#term;
    if (isTaken) atomic.set(key, this.#holder);
    const result = await atomic.commit();
    if (result.ok && isTaken) {
      this.#term = { key, versionstamp: result.versionstamp };
    }
    this.#ours = result.ok
      ? { versionstamp: result.versionstamp, until: stored.until }
      : undefined;
    return result.ok;
  }

  /** Gives it back, if it is ours: another need not wait for its end. Where KV does not take it, they do. */
  async release(): Promise<void> {
    this.#endKeeping();
    await this.#attempt?.catch(() => {}); // else that might take it again
    if (!this.#ours) return;
    const { versionstamp } = this.#ours;
    this.#ours = undefined;
    try {
      await this.kv.atomic().check({ key: this.#key, versionstamp })
        .delete(this.#key).commit();
    } catch (error) {
      logFailure("A lease is left to run out", error);
    }
  }
}
