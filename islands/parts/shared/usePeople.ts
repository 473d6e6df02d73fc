// The people of a room, by ID and by name: the same objects for as long as they are the same people.
import { useMemo } from "preact/hooks";
import { foldedNames, type Names } from "../../../lib/chat/mentions.ts";
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";
import type { Member } from "../../../lib/chat/schema.ts";

export type People = {
  byID: ReadonlyMap<string, Member>;
  names: Names;
  /** The reader's own name, as the only one of a set. */
  myName: Names;
  /** The tag that tells a person from members of the same name. */
  tagOf: ReturnType<typeof nameTagsFor>;
};

/** Every message on the screen depends on this: it must not be new with each of them. */
export function usePeople(members: readonly Member[], myName: string): People {
  const key = JSON.stringify(members.map(({ id, name }) => [id, name]));
  return useMemo(() => ({
    byID: new Map(members.map((member) => [member.id, member])),
    names: foldedNames(members),
    myName: foldedNames([{ name: myName }]),
    tagOf: nameTagsFor(members),
  }), [key, myName]);
}
