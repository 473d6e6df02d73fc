// What a release asks of its store, beyond the engine: that it knows the format, and that writes are taken.
import { type CopyStep, logFailure, restoreSteps } from "../sync/mod.ts";

/**
 * The format of what this release stores, in `["format"]`. It rises with a
 * change that an older release would misread. A store without a number is new,
 * or was written before there were any: it is of format 1.
 */
export const FORMAT = 1;

/** In the place of the number while a backup is restored: earlier releases refuse it, too. */
const RESTORING = "restoring";

/**
 * Throws for a store that a newer release has written, and sets the number in
 * one that has none; on a full disk the next start does.
 */
export async function assertFormat(kv: Deno.Kv): Promise<void> {
  const stored = await kv.get(["format"]);
  if (stored.value === FORMAT) return;
  if (stored.value === RESTORING) {
    throw new Error(
      "a backup is being restored into it, or that has ended halfway: restore it again",
    );
  }
  if (stored.versionstamp) {
    throw new Error(
      `its data has format ${stored.value}, and this release knows ` +
        `${FORMAT}: start the release that it was last used with`,
    );
  }
  let isSet = true;
  await untilUnlocked(async () => {
    const set = kv.atomic().check(stored).set(["format"], FORMAT);
    isSet = (await set.commit()).ok;
  }).catch(throwUnlessFull);
  if (!isSet) await assertFormat(kv); // another process was faster
}

/**
 * Takes a store for a backup to be restored into it: one that is empty, or in
 * which a restore has ended halfway, which is emptied. Gives back what proves
 * that it is still taken. Throws for any other.
 */
export async function beginRestore(kv: Deno.Kv): Promise<Deno.AtomicCheck> {
  const found = await kv.get(["format"]);
  if (found.value !== RESTORING) {
    for await (const _ of kv.list({ prefix: [] }, { limit: 1 })) {
      throw new Error("it is not empty: restore into a store without data");
    }
  }
  const taken = await kv.atomic().check(found)
    .set(["format"], RESTORING).commit();
  if (!taken.ok) throw new Error("something else has begun to write to it");
  const lock = { key: ["format"], versionstamp: taken.versionstamp };
  await restoreSteps(kv, emptying(kv), lock);
  return lock;
}

async function* emptying(kv: Deno.Kv): AsyncGenerator<CopyStep> {
  for await (const { key } of kv.list({ prefix: [] })) {
    if (key[0] !== "format") yield { delete: key };
  }
}

/** The store may be served from now on. */
export async function endRestore(
  kv: Deno.Kv,
  lock: Deno.AtomicCheck,
): Promise<void> {
  const set = kv.atomic().check(lock).set(["format"], FORMAT);
  if (!(await set.commit()).ok) {
    throw new Error("something else has begun to write to it");
  }
}

/**
 * Throws unless the file takes a write, be there room for it or not: on a full
 * disk there is still something to read.
 */
export const assertWritable = (kv: Deno.Kv): Promise<void> =>
  inTime(untilUnlocked(() => kv.delete(["probe"])).catch(throwUnlessFull));

/** As SQLite says of the disk, and of the database. */
const isFull = (error: unknown): boolean =>
  error instanceof Error && /is full/.test(error.message);

function throwUnlessFull(error: unknown): void {
  if (!isFull(error)) throw error;
}

/** In ms. A call throws at once where another process has the file locked, or waits for ever. */
export const TIMEOUT_MS = 5_000;

/** Makes a call again for as long as another process has the file locked, for 5 s; throws all other errors. */
async function untilUnlocked(call: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while (!await call().then(() => true, falseIfLocked)) {
    if (performance.now() >= end) throw new Error("the database stays locked");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What `made` comes to; throws when that takes more than 5 s. */
export async function inTime<T>(made: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new Error("the database stays locked, or is away"));
  const timer = setTimeout(late, TIMEOUT_MS);
  return await Promise.race([made, promise]).finally(() => clearTimeout(timer));
}

/** False for a lock that another process holds for a moment; throws all else. */
function falseIfLocked(error: unknown): false {
  if (error instanceof Error && /locked/.test(error.message)) return false;
  throw error;
}

/** `full`: there is no room on the disk. `unavailable`: KV is away, or takes no writes for another reason. */
type Health = "ok" | "full" | "unavailable";

/** How long an answer is good for, in ms: so often at most a probe is written, whoever asks. */
const PROBE_EVERY_MS = 2_000;

/** Finds out whether the store answers and takes writes, by writing something small. */
export class StoreHealth {
  #last: { at: number; health: Promise<Health> } | undefined;
  /** The one call that is under way, which may be for ever. */
  #call: Promise<void> | undefined;

  constructor(private readonly kv: Deno.Kv) {}

  /**
   * How the store is, or was at most two seconds ago. A failure is logged once
   * for as long as it goes on.
   */
  check(): Promise<Health> {
    const now = performance.now();
    if (!this.#last || now - this.#last.at >= PROBE_EVERY_MS) {
      this.#last = { at: now, health: this.#probe() };
    }
    return this.#last.health;
  }

  async #probe(): Promise<Health> {
    try {
      this.#call ??= this.#readAndWrite().finally(() => this.#call = undefined);
      await inTime(this.#call);
      return "ok";
    } catch (error) {
      logFailure("The storage takes no writes", error);
      return isFull(error) ? "full" : "unavailable";
    }
  }

  /** Reads, too: on a file there are two connections, of which one reads. */
  async #readAndWrite(): Promise<void> {
    await this.kv.get(["health"]);
    await untilUnlocked(() => this.kv.set(["health"], Date.now()));
  }
}
