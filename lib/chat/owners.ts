// Whether a member is the only one who owns the room.
import type { Member } from "./schema.ts";

/** `members` may hold the member, too. */
export const isLastOwner = (
  { id, role }: Member,
  members: readonly Member[],
): boolean =>
  role === "owner" &&
  !members.some((other) => other.role === "owner" && other.id !== id);
