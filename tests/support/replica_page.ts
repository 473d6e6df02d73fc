// What runs in the page of a replica's test: lib/replica as islands use it, within the test's reach.
import { queryCopies } from "../../lib/replica/local/query_copies.ts";
import { electLiving } from "../../lib/replica/local/living_leader.ts";
import * as locks from "../../lib/replica/local/web_locks.ts";
import { LiveReplica } from "../../lib/replica/live_replica.ts";
import { openReplica, rejectionsIn } from "../../lib/replica/mod.ts";
import type { Replica } from "../../lib/replica/mod.ts";
import { unsentMutations } from "../../lib/replica/outbox/unsent.ts";
import { mutators } from "./replica_domain.ts";

const where = new URL(location.href).searchParams;
const options = {
  server: {
    url: (endpoint: string, spaces: readonly string[]) =>
      `/api/replicache/${endpoint}?space=${spaces}`, // one, in these tests
    headers: (userID: string) => ({ authorization: userID }),
  },
  userID: where.get("user")!,
  space: where.get("space")!,
  mutators,
};
const replica: Replica<typeof mutators> = await openReplica(options);

const page = {
  replica,
  locks,
  electLiving,
  /** All entries under a prefix. */
  entries: (prefix = "") =>
    replica.query((tx) => tx.scan({ prefix }).entries().toArray()),
  /** What a search finds under a prefix: the keys in all copies on this device. */
  async found(prefix: string) {
    const copies = await queryCopies(
      options.userID,
      () => mutators,
      (tx) => tx.scan({ prefix }).keys().toArray(),
    );
    return copies.flat();
  },
  /** How many mutations are unsent in this browser. */
  unsent: async () => (await unsentMutations()).length,
  clientID: () => replica.query((tx) => Promise.resolve(tx.clientID)),
  rejections: () => replica.query(rejectionsIn),
  /** Opens another one, and closes it before it is open; resolves when all is over. */
  async closeEarly() {
    const early = new LiveReplica(options, false);
    const opening = early.open();
    await early.close();
    await opening;
  },
  /** Counts these, one after the other; resolves once all show. */
  async count(ids: string[]) {
    for (const id of ids) await replica.mutate.count({ id });
  },
};

export type TestPage = typeof page;
Object.assign(globalThis, { test: page });
document.body.textContent = "open";
