// Which Replicache clients are alive in this browser: each holds a lock with its name for as long as it is open.
import { heldNames, hold } from "./web_locks.ts";

const PREFIX = "replica/client/";

/** Holds the lock that shows other tabs that a client is alive; resolves with the function that releases it. */
export const holdClientLock = (
  replica: string,
  generation: number,
  clientID: string,
): Promise<() => void> =>
  navigator.locks
    ? hold(`${PREFIX}${replica}/${generation}/${clientID}`)
    : Promise.resolve(() => {}); // there nobody could see it

/**
 * The clients of a replica that are alive, in all tabs, with their generations.
 * Without Web Locks none is known: what is then sent for one that lives is the
 * same mutation, and counts once.
 */
export async function liveClients(
  replica: string,
): Promise<{ clientIDs: Set<string>; generations: Set<number> }> {
  const prefix = `${PREFIX}${replica}/`;
  const found = (await heldNames(prefix))
    .map((name) => name.slice(prefix.length).split("/"));
  return {
    clientIDs: new Set(found.map(([, clientID]) => clientID)),
    generations: new Set(found.map(([generation]) => Number(generation))),
  };
}

/** Resolves once all clients that are alive now, of whatever replica, are closed. */
export async function clientsClosed(): Promise<void> {
  await Promise.all((await heldNames(PREFIX)).map(async (name) => {
    const release = await hold(name);
    release();
  }));
}
