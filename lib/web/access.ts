// The one place that decides what a user may do to a space.
import type { Room } from "../chat/schema.ts";
import { kindOf } from "../chat/spaces.ts";
import type { State } from "./state.ts";

/**
 * Whether a user may read a space: a public room, a room of theirs, their own
 * space, the directory. What cannot exist may not be read either, so that
 * nobody learns from the answer what there is.
 */
export async function mayRead(
  sync: State["sync"],
  userID: string,
  space: string,
): Promise<boolean> {
  const kind = kindOf(space);
  switch (kind?.kind) {
    case "directory":
      return true;
    case "user":
      return kind.userID === userID;
    case "room": {
      const [room, member] = await sync.get(
        space,
        "room",
        `member/${userID}`,
      );
      if (!room) return false;
      return (room as Room).visibility === "public" || member !== undefined;
    }
    default:
      return false;
  }
}
