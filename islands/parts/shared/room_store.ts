// Signals shared by the page's islands: read positions, room names, the list of rooms, the person's own replica, who is online.
import { type Signal, signal } from "@preact/signals";
import { unreadAfter } from "../../../lib/chat/read_state.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import type { UserReplica } from "./replicas.ts";

// Module state, so written in browsers only: on the server it is everybody's.

/** By roomID, the last `seq` that was read. */
export const readSeqs = signal<ReadonlyMap<string, number>>(new Map());

export function noteRead(roomID: string, seq: number): void {
  if (seq <= (readSeqs.peek().get(roomID) ?? 0)) return;
  readSeqs.value = new Map(readSeqs.peek()).set(roomID, seq);
}

/** By roomID, the names of the rooms that are open on this page. */
export const roomNames = signal<ReadonlyMap<string, string>>(new Map());

/** The list of rooms as it is by now, whatever its order; undefined while only the page's HTML has it. */
export const fedRooms = signal<readonly RoomSummary[] | undefined>(undefined);

/** The list of rooms that stands beside the room, as it is shown: one's own first. */
export const listedRooms = signal<readonly RoomSummary[]>([]);

export const listedRoom = (roomID: string): RoomSummary | undefined =>
  listedRooms.peek().find((each) => each.roomID === roomID);

/** The name of a room, as far as the page knows it. */
export const nameOfRoom = (roomID: string): string | undefined =>
  roomNames.peek().get(roomID) ?? listedRoom(roomID)?.name;

/** The userIDs of who is online in the room. */
export const onlineUserIDs = signal<readonly string[]>([]);

/** How much of a room in the list is unread, as far as this page knows. */
export const unreadIn = (room: RoomSummary): number =>
  unreadAfter(room, readSeqs.value.get(room.roomID) ?? 0);

/** Of the person's own space; undefined until it is open, and where it is not opened. */
export const userReplica: Signal<UserReplica | undefined> = signal();
