// Pulses: keys that say to every process "look again", when something was changed that is no space.

/** One key each; whoever changes what it is about sets it in the same commit. */
export const SIGNALS = {
  /** A session was ended. */
  sessions: ["pulse", "sessions"],
  /** Somebody began or stopped doing something; see typing.ts. */
  typing: ["pulse", "presence"],
  /** Somebody came to a room or went; see online.ts. */
  online: ["pulse", "online"],
} satisfies Record<string, Deno.KvKey>;

const POLL = 1_000; // ms; on one SQLite file a watch never sees other processes

type Pulse = keyof typeof SIGNALS;
const NAMES = Object.keys(SIGNALS) as Pulse[];
const KEYS = Object.values(SIGNALS);

/**
 * Listens to the pulses, by one `kv.watch` and one read a second for the whole
 * process, from `start` to `stop`, and calls back for each that has changed.
 */
export class KvSignals {
  #timer: ReturnType<typeof setInterval> | undefined;
  #watch: ReadableStreamDefaultReader<unknown> | undefined;
  #seen = new Map<Pulse, string | null>();
  #looking = false;
  #again = false;
  #failing = false;

  /** @param onPulse may reject: then the same pulse is told again. */
  constructor(
    private readonly kv: Deno.Kv,
    private readonly onPulse: (pulse: Pulse) => Promise<void>,
  ) {}

  /** What has changed before is told once, as nobody was listening then. */
  start(): void {
    this.#timer ??= setInterval(() => this.#look(), POLL);
    this.#follow();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watch?.cancel().catch(() => {}); // one that has failed rejects
    this.#watch = undefined;
    this.#seen.clear();
  }

  async #follow(): Promise<void> {
    if (this.#watch) return;
    const watch = this.kv.watch(KEYS).getReader();
    this.#watch = watch;
    try {
      while (!(await watch.read()).done) await this.#look();
    } catch (error) {
      if (this.#watch !== watch) return;
      this.#watch = undefined; // the next look opens another
      this.#report(error);
    }
  }

  /** Reads all pulses, once at a time. */
  async #look(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#again && this.#timer !== undefined) {
      this.#again = false;
      await this.#read().catch((error) => this.#report(error));
    }
    this.#looking = false;
    if (this.#timer !== undefined) this.#follow();
  }

  async #read(): Promise<void> {
    const found = await this.kv.getMany(KEYS);
    for (const [i, name] of NAMES.entries()) {
      const { versionstamp } = found[i];
      if (this.#seen.get(name) === versionstamp) continue;
      await this.onPulse(name);
      this.#seen.set(name, versionstamp);
    }
    this.#failing = false;
  }

  /** Logs the first of a row of failures: it is looked at again every second. */
  #report(error: unknown): void {
    if (this.#timer === undefined || this.#failing) return;
    this.#failing = true;
    console.error("The pulses could not be read", error);
  }
}
