// Reads the copies that this browser has, without keeping them in step.
import type { Query } from "./replica.ts";

// `rep:<userID>/<space>/<generation>:<format>…`: Replicache's name of a copy.
const NAME = /^rep:([^/]+)\/([^/]+)\/(\d+):/;

/**
 * Asks every copy of a person's spaces that this browser has, of its newest
 * generation. In a browser that does not tell its databases there is none.
 */
export async function queryCopies<T>(
  userID: string,
  body: Query<T>,
): Promise<T[]> {
  const newest = new Map<string, number>();
  for (const { name } of await indexedDB.databases?.() ?? []) {
    const [, owner, space, generation] = NAME.exec(name ?? "") ?? [];
    if (owner !== userID) continue;
    newest.set(space, Math.max(newest.get(space) ?? 0, Number(generation)));
  }
  return await Promise.all(
    [...newest].map(([space, generation]) =>
      queryCopy(`${userID}/${space}/${generation}`, body)
    ),
  );
}

/** Without a server to speak to it only reads. */
async function queryCopy<T>(name: string, body: Query<T>): Promise<T> {
  const { ReplicacheImpl, SCHEMA_VERSION } = await import("./live.ts");
  const copy = new ReplicacheImpl({
    name,
    schemaVersion: SCHEMA_VERSION,
    pullInterval: null,
    logLevel: "error",
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
