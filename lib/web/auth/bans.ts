// Bans by the operator: of an account, or of an address, for a time or until they are lifted.
import {
  coalesce,
  commitOrUnavailable,
  type RestoreStep,
} from "../../sync/mod.ts";
import { inTime } from "../store.ts";
import { SIGNALS } from "../live/kv_signals.ts";

/** Who is banned: an account by its userID, or an address as `parseAddress` spells it. */
export type Banned = { kind: "account" | "address"; id: string };
/** `until` is in milliseconds since 1970; null until it is lifted. */
export type Ban = Banned & { until: number | null };

/** `["ban", kind, id]`: a ban. */
const PREFIX = ["ban"];
type Stored = Pick<Ban, "until">;

const keyOf = ({ kind, id }: Banned): Deno.KvKey => [...PREFIX, kind, id];

/** What a copy of the store has of a ban's record: with it, when it goes by itself. */
export function copiesOfBan(
  { set, value }: { set: Deno.KvKey; value: unknown },
): RestoreStep[] {
  const { until } = value as Stored;
  return [{ set, value, until: until ?? undefined }];
}

/** KV keeps what has expired for a while. */
const holds = ({ until }: Stored): boolean =>
  until === null || until > Date.now();

/** Bans an account or an address, and tells all processes. Sessions that an account has are for `endSessions`. */
export async function setBan(kv: Deno.Kv, ban: Ban): Promise<void> {
  const { until } = ban;
  const stored: Stored = { until };
  const expiry = until === null ? {} : { expireIn: until - Date.now() };
  await commitOrUnavailable(
    kv.atomic().set(keyOf(ban), stored, expiry).set(SIGNALS.bans, 0),
  );
}

/** Lifts a ban, and tells all processes. False when there is none. */
export async function liftBan(kv: Deno.Kv, banned: Banned): Promise<boolean> {
  if (await banOf(kv, banned) === null) return false;
  await commitOrUnavailable(
    kv.atomic().delete(keyOf(banned)).set(SIGNALS.bans, 0),
  );
  return true;
}

/** The ban of an account or an address, as KV has it now. */
export async function banOf(
  kv: Deno.Kv,
  banned: Banned,
): Promise<Ban | null> {
  const { value } = await kv.get<Stored>(keyOf(banned));
  return value && holds(value) ? { ...banned, ...value } : null;
}

/** The bans that hold, those of one kind if one is named. */
export async function* bansIn(
  kv: Deno.Kv,
  kind?: Banned["kind"],
): AsyncGenerator<Ban> {
  const prefix = kind ? [...PREFIX, kind] : PREFIX;
  for await (const { key, value } of kv.list<Stored>({ prefix })) {
    if (!holds(value)) continue;
    const [, kind, id] = key as [string, Banned["kind"], string];
    yield { kind, id, ...value };
  }
}

const MAX_AGE_MS = 1_000; // of what is remembered of the signal

/**
 * The addresses that are banned, as a process remembers them: a request waits
 * for no KV, and once a second has it asked for the signal.
 */
export class AddressBans {
  #banned = new Map<string, Stored>();
  /** The versionstamp of the signal that these were read at; undefined before the first. */
  #signal: string | null | undefined;
  #lookedAt = -Infinity;
  /** While KV is asked because of a request: if it never answers, it is not asked again. */
  #isLooking = false;
  #failing = false;

  constructor(private readonly kv: Deno.Kv) {}

  /**
   * Whether requests of an address are to be refused, as it was last known. More
   * than a second after it was looked up that begins again, for later requests.
   */
  has(address: string): boolean {
    const isOld = performance.now() - this.#lookedAt > MAX_AGE_MS;
    if (isOld && !this.#isLooking) this.#look();
    const ban = this.#banned.get(address);
    return ban !== undefined && holds(ban);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    try {
      await this.refresh();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) console.error("Bans could not be read", error);
      this.#failing = true;
    } finally {
      this.#isLooking = false;
    }
  }

  /** Reads the bans if any has changed. Throws what storage throws. */
  readonly refresh = coalesce(() => inTime(this.#read()));

  async #read(): Promise<void> {
    this.#lookedAt = performance.now();
    const { versionstamp } = await this.kv.get(SIGNALS.bans);
    if (versionstamp === this.#signal) return;
    const banned = new Map<string, Stored>();
    for await (const { id, until } of bansIn(this.kv, "address")) {
      banned.set(id, { until });
    }
    this.#banned = banned;
    this.#signal = versionstamp;
  }
}
