// What this page knows of rooms at once, and the server a moment later: how far each has been read, and its name.
import { signal } from "@preact/signals";

/** The last `seq` that was read, by roomID. Written in browsers only: the server is everybody's. */
export const seen = signal<Readonly<Record<string, number>>>({});

export function noteSeen(roomID: string, seq: number): void {
  if (seq <= (seen.peek()[roomID] ?? 0)) return;
  seen.value = { ...seen.peek(), [roomID]: seq };
}

/** By roomID, the names of rooms that are open here. Written in browsers only. */
export const named = signal<Readonly<Record<string, string>>>({});

/** The userIDs of who is online in the room. Written in browsers only. */
export const online = signal<readonly string[]>([]);
