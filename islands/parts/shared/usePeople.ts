// The people of a room, by ID and by name, and whom its reader has blocked: the same objects for as long as they are the same people.
import { useMemo } from "preact/hooks";
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";
import type { BlockedPerson, Member } from "../../../lib/chat/schema.ts";

export type People = {
  roomID: string;
  byID: ReadonlyMap<string, Member>;
  members: readonly Member[];
  /** What the reader is called. */
  myName: string;
  /** The userIDs of those whom the reader has blocked. */
  blocked: ReadonlySet<string>;
  /** The address of the page that lists them. */
  page: string;
  /** The tag that tells a person from members of the same name. */
  tagOf: ReturnType<typeof nameTagsFor>;
};

/** Every message on the screen depends on this: it must not be new with each of them. */
export function usePeople(
  roomID: string,
  members: readonly Member[],
  myName: string,
  blocked: readonly BlockedPerson[],
): People {
  const key = JSON.stringify([members, blocked]);
  return useMemo(() => ({
    roomID,
    byID: new Map(members.map((member) => [member.id, member])),
    members,
    myName,
    blocked: new Set(blocked.map(({ id }) => id)),
    page: `/rooms/${roomID}/people`,
    tagOf: nameTagsFor(members),
  }), [key, myName]);
}
