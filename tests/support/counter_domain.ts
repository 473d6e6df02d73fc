// A small domain of its own for the engine's tests: nothing of the chat in it.
import type { ReadonlyJSONValue, WriteTransaction } from "replicache";
import {
  type Domain,
  Sync,
  type User,
  type Wanted,
} from "../../lib/sync/mod.ts";

/** Thrown by mutators of these tests; the engine knows it by its code. */
export class Refused extends Error {
  constructor(readonly code: string, message = code) {
    super(message);
  }
}

type Args = ReadonlyJSONValue | undefined;
type Put = { key: string; value: ReadonlyJSONValue };

/** Mutators that are easy to check: what they did can be read off the entries. */
export const mutators = (user: User) => ({
  async put(tx: WriteTransaction, args: Args) {
    const { key, value } = args as Put;
    await tx.set(key, value);
  },
  async del(tx: WriteTransaction, args: Args) {
    await tx.del((args as { key: string }).key);
  },
  /** Adds one item with the next number, as a list that many write to does. */
  async add(tx: WriteTransaction, args: Args) {
    const { id } = args as { id: string };
    if (await tx.has(`item/${id}`)) return;
    const n = ((await tx.get("count")) as number | undefined ?? 0) + 1;
    await tx.set(`item/${id}`, { id, n, by: user.userID });
    await tx.set("count", n);
  },
  /** Sets what others have, which it has to look up. */
  async copy(tx: WriteTransaction, args: Args) {
    const { from, to } = args as { from: string; to: string };
    await tx.set(to, (await tx.get(from) as ReadonlyJSONValue) ?? null);
  },
  refuse(_tx: WriteTransaction, args: Args): Promise<void> {
    return Promise.reject(
      new Refused((args as { code: string }).code, "No."),
    );
  },
  async break(tx: WriteTransaction) {
    await tx.set("half", "written");
    throw new RangeError("a secret of the server");
  },
});

/** The domain; items are windowed by their number, `key/…` entries and what `lock` says guard reading. */
export const domain: Domain<User> = {
  schemaVersion: 1,
  mutators: (_space, user) => mutators(user),
  collections: () => [{
    prefix: "item/",
    order: (value) => (value as { n: number }).n,
  }],
  guards(_space, key, value) {
    if (key === "lock") return String(value);
    return key.startsWith("key/");
  },
  notes: (_space, { key, value, was }) =>
    key.startsWith("item/") && value !== undefined && was === undefined,
};

export const ada: User = { userID: "ada" };
export const bob: User = { userID: "bob" };

/** An engine on a KV of its own in memory, with a space "s" that was just born. */
export async function openSync(
  given?: Deno.Kv,
): Promise<{ kv: Deno.Kv; sync: Sync } & AsyncDisposable> {
  const kv = given ?? await Deno.openKv(":memory:");
  const sync = new Sync(kv, domain);
  await sync.write(["s"], (tx) => tx.set("born", true));
  return {
    kv,
    sync,
    [Symbol.asyncDispose]() {
      sync.close();
      kv.close();
      return Promise.resolve();
    },
  };
}

// deno-lint-ignore no-explicit-any -- tests look into answers of every shape
type Answer = any;

let serial = 0;
/** A client of a group as Replicache behaves: numbered mutations, a cookie, a view. */
export class Client {
  readonly clientID = `client-${serial++}`;
  cookie: unknown = null;
  view = new Map<string, unknown>();
  lastMutationIDs: Record<string, number> = {};
  #next = 1;

  constructor(
    readonly sync: Sync,
    readonly user: User = ada,
    readonly groupID = `group-${serial++}`,
    readonly space = "s",
  ) {}

  mutation(name: string, args: ReadonlyJSONValue = null, id = this.#next++) {
    return { id, clientID: this.clientID, name, args, timestamp: 0 };
  }

  push(...mutations: unknown[]) {
    return this.sync.push(this.space, this.user, {
      pushVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: this.groupID,
      mutations,
    });
  }

  /** Pulls and applies the patch; gives back the answer. */
  async pull(
    window?: number,
    mayRead = () => Promise.resolve(true),
    around?: Wanted["around"],
  ): Promise<Answer> {
    const answer = await this.sync.pull(this.space, this.user, {
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: this.groupID,
      cookie: this.cookie,
    }, { window, around, mayRead });
    if ("error" in answer) return answer;
    const body = JSON.parse([...answer].join(""));
    for (const { op, key, value } of body.patch) {
      if (op === "clear") this.view.clear();
      else if (op === "put") this.view.set(key, value);
      else this.view.delete(key);
    }
    Object.assign(this.lastMutationIDs, body.lastMutationIDChanges);
    this.cookie = body.cookie;
    return body;
  }

  /** What the client sees, in the order of keys. */
  get seen(): Record<string, unknown> {
    return Object.fromEntries([...this.view].sort());
  }
}
