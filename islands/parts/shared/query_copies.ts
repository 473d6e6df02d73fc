// Reads the copies of rooms and of a person's own space that are on this device.
import type { DirectMutators } from "../../../lib/chat/direct.ts";
import type { roomMutators, userMutators } from "../../../lib/chat/mutators.ts";
import { DIRECT, roomSpace, userSpace } from "../../../lib/chat/spaces.ts";
import { queryCopies } from "../../../lib/replica/local/query_copies.ts";
import type { Query } from "../../../lib/replica/mod.ts";

// Reading needs only the mutators' names. The mutators themselves would make
// another script, and a heavier page.
const unused = () => Promise.resolve();
type Named<M> = Record<keyof M, typeof unused>;

const OF_ROOM: Named<ReturnType<typeof roomMutators>> = {
  createMessage: unused,
  editMessage: unused,
  deleteMessage: unused,
  setReaction: unused,
  updateRoom: unused,
};
const OF_DIRECT: typeof OF_ROOM & Named<DirectMutators> = {
  ...OF_ROOM,
  beginDirect: unused,
};
const OF_USER: Named<ReturnType<typeof userMutators>> = {
  blockPerson: unused,
  unblockPerson: unused,
  markRead: unused,
  setRoomSettings: unused,
  setSaved: unused,
  setDraft: unused,
};

/** Runs a query on each of a person's copies; see `queryCopies`. */
export const queryCopiesOf = <T>(userID: string, body: Query<T>) =>
  queryCopies(
    userID,
    (space) =>
      space === userSpace(userID)
        ? OF_USER
        : space.startsWith(roomSpace(DIRECT))
        ? OF_DIRECT
        : OF_ROOM,
    body,
  );
