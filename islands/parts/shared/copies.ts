// The copies of rooms and of a person's own space on this device, to be read.
import type { roomMutators, userMutators } from "../../../lib/chat/mutators.ts";
import { userSpace } from "../../../lib/chat/spaces.ts";
import { queryCopies } from "../../../lib/replica/local/query_copies.ts";
import type { Query } from "../../../lib/replica/mod.ts";

// Who only reads needs their names: for more, all of them would be a script of
// their own, and a page heavier.
const unused = () => Promise.resolve();
type Named<M> = Record<keyof M, typeof unused>;

const IN_ROOM: Named<ReturnType<typeof roomMutators>> = {
  createMessage: unused,
  editMessage: unused,
  deleteMessage: unused,
  setReaction: unused,
  updateRoom: unused,
};
const IN_OWN: Named<ReturnType<typeof userMutators>> = {
  markRead: unused,
  setDraft: unused,
};

/** Asks each copy of a person's; see `queryCopies`. */
export const queryCopiesOf = <T>(userID: string, body: Query<T>) =>
  queryCopies(
    userID,
    (space) => space === userSpace(userID) ? IN_OWN : IN_ROOM,
    body,
  );
