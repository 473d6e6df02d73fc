// The people that "@" and what follows it could mean.
import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { type MutableRef, useEffect, useLayoutEffect } from "preact/hooks";
import type { Member } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { useCompletion } from "./useCompletion.ts";

/** What a box tells its completion. */
export type Completing = Pick<
  ReturnType<typeof useCompletion>,
  "look" | "close" | "onKeyDown"
>;

/** The list as a box refers to it while it is open. */
export type Listed = { id: string; activeID: string | undefined };

type CompletionProps = {
  box: RefObject<HTMLTextAreaElement>;
  members: readonly Member[];
  write: (text: string) => void;
  // For the box, which is there long before this is loaded.
  completing: MutableRef<Completing | null>;
  listed: Signal<Listed | undefined>;
};

export function Completion(props: CompletionProps) {
  const { box, members, write, completing, listed } = props;
  const { id, open, found, index, activeID, optionID, choose, ...deeds } =
    useCompletion(box, members, write);
  completing.current = deeds;
  // A name can have been begun meanwhile.
  useEffect(() => {
    if (document.activeElement === box.current) deeds.look();
  }, []);
  useLayoutEffect(() => {
    listed.value = open ? { id, activeID } : undefined;
  }, [open, activeID]);

  return (
    <>
      <p class="hidden" role="status">
        {open && roomOnUseStrings.mentionableFound(found.length)}
      </p>
      {open && (
        <ul
          id={id}
          class="completion"
          role="listbox"
          aria-label={roomOnUseStrings.mentionable}
        >
          {found.map((member, i) => (
            <li
              key={member.id}
              id={optionID(i)}
              role="option"
              aria-selected={i === index}
              // The box keeps the caret, which says where the name goes.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(member)}
            >
              <Avatar userID={member.id} name={member.name} />
              <span dir="auto">{member.name}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
