// Signals shared by the page's islands: read positions, room names, who is online.
import { signal } from "@preact/signals";

// Module state, so written in browsers only: on the server it is everybody's.

/** By roomID, the last `seq` that was read. */
export const readSeqs = signal<ReadonlyMap<string, number>>(new Map());

export function noteRead(roomID: string, seq: number): void {
  if (seq <= (readSeqs.peek().get(roomID) ?? 0)) return;
  readSeqs.value = new Map(readSeqs.peek()).set(roomID, seq);
}

/** By roomID, the names of the rooms that are open on this page. */
export const roomNames = signal<ReadonlyMap<string, string>>(new Map());

/** The userIDs of who is online in the room. */
export const onlineUserIDs = signal<readonly string[]>([]);
