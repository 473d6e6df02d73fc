// Queries the copies of spaces that are on this browser's disk, without syncing them.
import type { MutatorDefs } from "replicache";
import { loadScript } from "../load_script.ts";
import { SnapshotStore } from "./snapshot_store.ts";
import { dismissRejection } from "../rejections.ts";
import type { Query } from "../replica.ts";

// `rep:<userID>/<space>/<generation>:<format>…`: Replicache's name of a copy.
const NAME = /^rep:([^/]+)\/([^/]+)\/(\d+):/;

/** The spaces of a person of which this browser has a copy, with its newest generation; none in a browser that does not tell its databases. */
export async function copiesOf(userID: string): Promise<Map<string, number>> {
  const newest = new Map<string, number>();
  for (const { name } of await indexedDB.databases?.() ?? []) {
    const [, owner, space, generation] = NAME.exec(name ?? "") ?? [];
    if (owner !== userID) continue;
    newest.set(space, Math.max(newest.get(space) ?? 0, Number(generation)));
  }
  return newest;
}

/**
 * Asks every copy of a person's spaces that this browser has, of its newest
 * generation, as it is on the disk now. `mutatorsOf` gives a space's mutators,
 * the same as to `openReplica`.
 */
export async function queryCopies<T>(
  userID: string,
  mutatorsOf: (space: string) => MutatorDefs,
  body: Query<T>,
): Promise<T[]> {
  return await Promise.all(
    [...await copiesOf(userID)].map(([space, generation]) =>
      queryCopy(`${userID}/${space}/${generation}`, mutatorsOf(space), body)
    ),
  );
}

/**
 * Without a server to speak to it only reads, in memory: on the disk each look
 * would leave a client behind, for a day.
 */
async function queryCopy<T>(
  name: string,
  mutators: MutatorDefs,
  body: Query<T>,
): Promise<T> {
  const { ReplicacheImpl, SCHEMA_VERSION } = await loadScript(() =>
    import("../live_replica.ts")
  );
  const copy = new ReplicacheImpl({
    name,
    schemaVersion: SCHEMA_VERSION,
    // By mutators' names Replicache decides whose state a client begins with:
    // with the same names as the replica's, what is unsent is in it, too.
    mutators: { ...mutators, dismissRejection },
    pullInterval: null,
    logLevel: "error",
    kvStore: {
      create: (database) => new SnapshotStore(database),
      drop: () => Promise.resolve(),
    },
  });
  // Both would reload the page.
  copy.onUpdateNeeded = null;
  copy.onClientStateNotFound = null;
  try {
    return await copy.query(body);
  } finally {
    await copy.close();
  }
}
