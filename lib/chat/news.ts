// Which messages of a room its person is told of: by notices of an open tab, and by those that reach a closed device.
import { mentionsName } from "./mentions.ts";
import type { Member, Message, Notify, Room } from "./schema.ts";

/** What a person wants to be told of, in all rooms or in one. */
export type Wanted = "nothing" | "mentions" | "all";

/** What is told of a room on a device whose `choice` this is: what is set for the room may narrow it. */
export function wantedIn(notify: Notify | undefined, choice: Wanted): Wanted {
  if (notify === "muted" || choice === "nothing") return "nothing";
  return notify === "mentions" ? "mentions" : choice;
}

/** The messages of others after `known` that a person wants to be told of; each direct one is as good as a mention. */
export const newsIn = (
  { direct, createdBy }: Pick<Room, "direct" | "createdBy">,
  messages: readonly Message[],
  known: number,
  wanted: Wanted,
  me: Member | undefined,
  blocked: ReadonlySet<string>,
): Message[] =>
  // Direct messages that somebody has begun whom the person has blocked are not listed either.
  direct && blocked.has(createdBy) ? [] : messages.filter(
    ({ seq, authorID, content }) =>
      seq > known && authorID !== me?.id && !blocked.has(authorID) &&
      (wanted === "all" || (wanted === "mentions" &&
        (direct || (me && mentionsName(content, me.name))))),
  );
