// The people of a room, by ID and by name: the same objects for as long as they are the same people.
import { useMemo } from "preact/hooks";
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";
import type { Member } from "../../../lib/chat/schema.ts";

export type People = {
  byID: ReadonlyMap<string, Member>;
  members: readonly Member[];
  /** What the reader is called. */
  myName: string;
  /** The tag that tells a person from members of the same name. */
  tagOf: ReturnType<typeof nameTagsFor>;
};

/** Every message on the screen depends on this: it must not be new with each of them. */
export function usePeople(members: readonly Member[], myName: string): People {
  const key = JSON.stringify(members.map(({ id, name }) => [id, name]));
  return useMemo(() => ({
    byID: new Map(members.map((member) => [member.id, member])),
    members,
    myName,
    tagOf: nameTagsFor(members),
  }), [key, myName]);
}
