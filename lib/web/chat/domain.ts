// The chat as the sync engine sees it: which mutators a space has, and what of it is windowed.
import {
  type Actor as Author,
  type FileOf,
  type MessageCountOf,
  serverRoomMutators,
  serverUserMutators,
} from "../../chat/server_mutators.ts";
import { DELETED_USER } from "../../chat/direct.ts";
import { isImported } from "../../chat/name_tags.ts";
import type { Listing, Message, Room } from "../../chat/schema.ts";
import { kindOf } from "../../chat/spaces.ts";
import type { Collection, Domain, Mutator, Sync } from "../../sync/mod.ts";

/** What mutators ask for that is not in their space, looked up before they run. */
type LookUps = { messageCountOf: MessageCountOf; fileOf?: FileOf };
type Actor = Author & LookUps;

/** A person as the one in whose name mutators run. */
export const actorOf = (
  userID: string,
  lookUps: Partial<LookUps> = {},
): Actor => ({
  userID,
  now: Date.now,
  messageCountOf: () => undefined,
  ...lookUps,
});

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
        return serverRoomMutators(actor, actor.fileOf);
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
    if (key !== "room") return false;
    return (value as Room | undefined)?.visibility ?? "gone";
  },
  // What closed devices, hooks and inboxes are told of, and who is to be told.
  // No reaction, unless to a message that was edited, or whose author has
  // deleted their account: that looks the same. And nothing that is imported:
  // there may be very much of it, and it is news to nobody.
  notes(space, { key, value, was }) {
    const kind = kindOf(space)?.kind;
    if (kind === "user") {
      return key.startsWith("saved/") ||
        (value === undefined && /^(inbox|membership)\//.test(key));
    }
    if (kind !== "room") return false;
    if (!key.startsWith("message/")) return key.startsWith("member/");
    if (value === undefined) return true;
    const { authorID = "", editedAt, from } = value as Partial<Message>;
    if (was === undefined) return !isImported(authorID);
    return editedAt !== undefined || from === DELETED_USER;
  },
};
