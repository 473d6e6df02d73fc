// The rejections that a commit stores and takes away, at most so many of each user.
import type { ReadonlyJSONValue } from "replicache";
import { encode, keyBytes, keys } from "./keys.ts";
import { type Cost, NO_COST, plus } from "./limits.ts";
import type { Op } from "./log.ts";
import type { Space } from "./space.ts";

/** The most rejections of one user in one space; then the oldest goes. */
const MAX_REJECTIONS_PER_USER = 100;
const MAX_REMOVED_PER_COMMIT = 10; // of those that are too many

/** Where views have a rejection. */
const entryOf = (clientID: string, mutationID: number): string =>
  `rejection/${clientID}/${mutationID}`;

/** Whose rejection is there: the client and its mutation's ID. */
export function rejectionIn(
  entry: string,
): [clientID: string, mutationID: number] {
  const slash = entry.lastIndexOf("/");
  const clientID = entry.slice("rejection/".length, slash);
  return [clientID, Number(entry.slice(slash + 1))];
}

/** A rejection that is stored, or taken away when it has no `bytes`. */
export type Rejection = { key: Deno.KvKey; bytes?: Uint8Array; op: Op };

export type StagedRejections = { rejections: Rejection[]; cost: Cost };

/** Those of one draft. */
export class Rejections {
  readonly #all: Rejection[] = [];
  /** Of a user whose mutation was refused: the keys of all there will be, oldest first. */
  readonly #stored = new Map<string, Deno.KvKey[]>();

  constructor(private readonly space: Space) {}

  get size(): number {
    return this.#all.length;
  }

  /** What storing one changes, or without a value taking it away. */
  stage(
    userID: string,
    clientID: string,
    mutationID: number,
    value?: ReadonlyJSONValue,
  ): StagedRejections {
    const key = keys.rejection(this.space.name, userID, clientID, mutationID);
    const entry = entryOf(clientID, mutationID);
    const json = value === undefined ? undefined : JSON.stringify(value);
    const bytes = json === undefined ? undefined : encode(json);
    // Texts that were cut would hold what they were cut from for as long as the log is remembered.
    const op: Op = { key: entry, for: userID };
    if (json !== undefined) op.value = JSON.parse(json);
    const size = keyBytes(key);
    const cost = {
      sets: 1,
      bytes: 2 * (bytes?.length ?? 0) + 3 * size,
      keyBytes: size,
      checks: 0,
    };
    return { rejections: [{ key, bytes, op }], cost };
  }

  /** As `stage`, with the oldest ones of that user taken away when there are too many. */
  async stageNew(
    userID: string,
    clientID: string,
    mutationID: number,
    value: ReadonlyJSONValue,
  ): Promise<StagedRejections> {
    const stored = await this.#storedOf(userID);
    const tooMany = Math.max(0, stored.length + 1 - MAX_REJECTIONS_PER_USER);
    const surplus = stored.slice(0, Math.min(tooMany, MAX_REMOVED_PER_COMMIT));
    const staged = [
      this.stage(userID, clientID, mutationID, value),
      ...surplus.map((key) =>
        this.stage(userID, key[3] as string, key[4] as number)
      ),
    ];
    return {
      rejections: staged.flatMap(({ rejections }) => rejections),
      cost: staged.reduce((sum, { cost }) => plus(sum, cost), NO_COST),
    };
  }

  async #storedOf(userID: string): Promise<Deno.KvKey[]> {
    const known = this.#stored.get(userID);
    if (known) return known;
    const stored = await this.space.rejectionKeys(userID);
    const own = this.#all.filter(({ op }) => op.for === userID);
    const all = own.reduce(after, stored);
    this.#stored.set(userID, all);
    return all;
  }

  /** Takes in what was staged. */
  take(rejections: Rejection[]): void {
    for (const rejection of rejections) {
      this.#all.push(rejection);
      const userID = rejection.op.for!;
      const stored = this.#stored.get(userID);
      if (stored) this.#stored.set(userID, after(stored, rejection));
    }
  }

  /** Adds them to a commit; gives back what its log is to say. */
  addTo(atomic: Deno.AtomicOperation): Op[] {
    for (const { key, bytes } of this.#all) {
      if (bytes) atomic.set(key, bytes);
      else atomic.delete(key);
    }
    return this.#all.map(({ op }) => op);
  }
}

/** The keys that are stored after one more is stored or taken away. */
function after(stored: Deno.KvKey[], { key, bytes }: Rejection): Deno.KvKey[] {
  const others = stored.filter((each) =>
    !key.every((part, i) => part === each[i])
  );
  return bytes ? [...others, key] : others;
}
