// The copies of rooms and of a person's own space on this device, to be read.
import {
  readingMutators,
  roomMutators,
} from "../../lib/chat/island_mutators.ts";
import { userSpace } from "../../lib/chat/spaces.ts";
import { queryCopies } from "../../lib/replica/copies.ts";
import type { Query } from "../../lib/replica/mod.ts";

/** Asks each copy of a person's; see `queryCopies`. */
export const queryCopiesOf = <T>(userID: string, body: Query<T>) =>
  queryCopies(
    userID,
    (space) =>
      space === userSpace(userID)
        ? readingMutators()
        : roomMutators({ userID, now: Date.now }),
    body,
  );
