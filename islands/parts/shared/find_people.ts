// The people of one's rooms: those on this device at once, and who has come since.
import { blockedBy, membersIn, roomIn } from "../../../lib/chat/queries.ts";
import type { Member, Room } from "../../../lib/chat/schema.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import type { Person, RoomSummary } from "../../../lib/chat/views.ts";
import { fetchSnapshot } from "../../../lib/replica/http/fetch_snapshot.ts";
import { chatServer } from "./chat_server.ts";
import { queryCopiesOf } from "./query_copies.ts";

/** Rooms that the server is asked for, those that stand first: a copy may be half an hour old, or not be there. */
const MAX_FETCHED = 3;

/**
 * Calls back with everybody but the person themselves and whom they have
 * blocked, by name: once as the copies on this device have them, and once as
 * the server has those rooms that it is asked for. `rooms` is the list of their
 * rooms. With whom they have direct messages alone may have left all others.
 */
export async function findPeople(
  userID: string,
  rooms: readonly RoomSummary[],
  onFound: (people: readonly Person[]) => void,
): Promise<void> {
  const copies = await queryCopiesOf(userID, async (tx) => ({
    room: await roomIn(tx),
    members: await membersIn(tx),
    blocked: await blockedBy(tx),
  }));
  const blocked = copies.flatMap((it) => it.blocked.map(({ id }) => id));
  const bySpace = new Map<string, readonly Member[]>();
  const add = (room: Room | undefined, members: readonly Member[]) => {
    if (!room || room.direct) return;
    const space = roomSpace(room.id);
    bySpace.delete(space); // the newest names come last
    bySpace.set(space, members);
  };
  const tell = () => {
    const found = new Map<string, Person>();
    for (const { id, name, avatar } of [...bySpace.values()].flat()) {
      found.set(id, { id, name, avatar });
    }
    for (const id of [userID, ...blocked]) found.delete(id);
    onFound(
      [...found.values()].sort((a, b) => a.name.localeCompare(b.name)),
    );
  };
  for (const { room, members } of copies) add(room, members);
  tell();
  const asked = rooms.filter(({ member, direct }) => member && !direct)
    .slice(0, MAX_FETCHED);
  await Promise.all(
    asked.map(({ space }) =>
      fetchSnapshot(chatServer, userID, space, 1).then(
        (entries) =>
          add(entries.get("room") as Room | undefined, membersOf(entries)),
        () => {}, // without a network, or not to be read any more
      )
    ),
  );
  tell();
}

const membersOf = (entries: ReadonlyMap<string, unknown>): Member[] =>
  [...entries].filter(([key]) => key.startsWith("member/"))
    .map(([, value]) => value as Member);
