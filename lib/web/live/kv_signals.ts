// Signals between processes: KV keys that change with sessions, bans, typing and who is online,
// which are in no space.
import { coalesce, watchKeys } from "../../sync/mod.ts";

/** One key each; a commit that changes what it is about sets it as well. */
export const SIGNALS = {
  /** A session was ended. */
  sessions: ["pulse", "sessions"],
  /** Somebody was banned, or a ban was lifted; see bans.ts. */
  bans: ["pulse", "bans"],
  /** A person began or stopped typing; see typing.ts. The key has its name of an earlier release. */
  typing: ["pulse", "presence"],
  /** A person came online in a room or went; see online.ts. */
  online: ["pulse", "online"],
} satisfies Record<string, Deno.KvKey>;

/** How often they are read beside the watch, which on one SQLite file sees no other process; and where it sees all, but may fail. */
const LOOK_MS = 1_000;
const LOOK_SELDOM_MS = 10_000;

type Signal = keyof typeof SIGNALS;
const NAMES = Object.keys(SIGNALS) as Signal[];
const KEYS = Object.values(SIGNALS);

/**
 * Listens to the signals, by one watch and some reads for the whole process,
 * from `start` to `stop`, and calls back for each that has changed.
 */
export class KvSignals {
  /** Ends the watch and the polls; undefined while it is stopped. */
  #end: (() => void) | undefined;
  readonly #seen = new Map<Signal, string | null>();
  /** Reads the signals, and resolves once those that have changed are told; rejects when they can't be read. */
  readonly look = coalesce(() => this.#read());
  readonly #lookOnce = () => this.look().catch((error) => this.#report(error));
  #failing = false;

  /**
   * @param watchesSeeAll see `SyncOptions`.
   * @param onSignal may reject: then the same signal is told again.
   */
  constructor(
    private readonly kv: Deno.Kv,
    private readonly watchesSeeAll: boolean,
    private readonly onSignal: (signal: Signal) => Promise<void>,
  ) {}

  /** What changed before the start is told once. */
  start(): void {
    if (this.#end) return;
    const period = this.watchesSeeAll ? LOOK_SELDOM_MS : LOOK_MS;
    const timer = setInterval(this.#lookOnce, period);
    this.#end = () => clearInterval(timer); // so that a first error is reported
    const endWatch = watchKeys(
      this.kv,
      KEYS,
      this.#lookOnce,
      (error) => this.#report(error),
    );
    this.#end = () => {
      clearInterval(timer);
      endWatch();
    };
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
    this.#seen.clear();
  }

  async #read(): Promise<void> {
    if (!this.#end) return;
    const found = await this.kv.getMany(KEYS);
    for (const [i, name] of NAMES.entries()) {
      const { versionstamp } = found[i];
      if (this.#seen.get(name) === versionstamp) continue;
      await this.onSignal(name);
      this.#seen.set(name, versionstamp);
    }
    this.#failing = false;
  }

  /** Logs the first of a row of failures: they are read again soon. */
  #report(error: unknown): void {
    if (!this.#end || this.#failing) return;
    this.#failing = true;
    console.error("The signals between processes could not be read", error);
  }
}
