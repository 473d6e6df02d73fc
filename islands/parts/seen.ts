// How far each room has been read on this page: known here at once, to the server a moment later.
import { signal } from "@preact/signals";

/** The last `seq` that was read, by roomID. Written in browsers only: the server is everybody's. */
export const seen = signal<Readonly<Record<string, number>>>({});

export function noteSeen(roomID: string, seq: number): void {
  if (seq <= (seen.peek()[roomID] ?? 0)) return;
  seen.value = { ...seen.peek(), [roomID]: seq };
}
