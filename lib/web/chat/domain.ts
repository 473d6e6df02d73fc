// The chat as the sync engine sees it: which mutators a space has, and what of it is windowed.
import {
  type Actor as Author,
  type MessageCountOf,
  serverRoomMutators,
  serverUserMutators,
} from "../../chat/server_mutators.ts";
import type { Listing, Message, Room } from "../../chat/schema.ts";
import { kindOf } from "../../chat/spaces.ts";
import type { Collection, Domain, Mutator, Sync } from "../../sync/mod.ts";

type Actor = Author & { messageCountOf: MessageCountOf };

/** A person as the one in whose name mutators run. */
export const actorOf = (
  userID: string,
  messageCountOf: MessageCountOf = () => undefined,
): Actor => ({ userID, now: Date.now, messageCountOf });

/** The engine, serving the chat. */
export type ChatSync = Sync<Actor>;

const MESSAGES: Collection[] = [
  { prefix: "message/", order: (message) => (message as Message).seq },
];
const LISTINGS: Collection[] = [
  {
    prefix: "listing/",
    order: (listing) => (listing as Listing).createdAt,
  },
];

/** What the engine is to know of the chat. */
export const chatDomain: Domain<Actor> = {
  schemaVersion: 1,
  mutators(space, actor): Record<string, Mutator> {
    switch (kindOf(space)?.kind) {
      case "room":
        return serverRoomMutators(actor);
      case "user":
        return serverUserMutators(actor.messageCountOf);
      default:
        return {};
    }
  },
  collections(space) {
    switch (kindOf(space)?.kind) {
      case "room":
        return MESSAGES;
      case "directory":
        return LISTINGS;
      default:
        return [];
    }
  },
  // A member who is gone, a person who is banned, or a room that is no longer public.
  guards(_space, key, value) {
    if (key.startsWith("member/")) return value === undefined;
    if (key === "bans") return true;
    return key === "room" &&
      (value as Room | undefined)?.visibility !== "public";
  },
};
