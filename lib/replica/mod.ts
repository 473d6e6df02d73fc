// The door of the replica: an island's live copy of one space, kept in step by pokes.
import type { MutatorDefs } from "replicache";
import { loadScript } from "./load_script.ts";
import type { Replica, ReplicaOptions } from "./replica.ts";

export type { Creation, PauseReason } from "./http/transport.ts";
export { type Rejection, rejectionsIn } from "./rejections.ts";
export type { Query, Replica, ReplicaOptions, Status } from "./replica.ts";
export type { Gap } from "./pull_window.ts";
export type { Server } from "./server.ts";

let inMemory = false;

/**
 * Opens this browser's copy of a space and keeps it in step until closed.
 * Replicache is loaded on use: a page can show its HTML long before. Where the
 * browser refuses to store anything, or the disk fails at it or does not answer
 * in time, the copy lives in the page's memory, and its status says so.
 */
export async function openReplica<M extends MutatorDefs>(
  options: ReplicaOptions<M>,
): Promise<Replica<M>> {
  const { LiveReplica } = await loadScript(() => import("./live_replica.ts"));
  try {
    return await new LiveReplica(options, inMemory).open();
  } catch (error) {
    const noDisk = error instanceof DOMException || !globalThis.indexedDB;
    if (!noDisk) throw error;
    console.warn(error);
    const { useMemoryFallback } = await loadScript(() =>
      import("./local/idb_fallback.ts")
    );
    if (!inMemory) useMemoryFallback();
    inMemory = true;
    return await new LiveReplica(options, inMemory).open();
  }
}
