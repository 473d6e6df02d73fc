// The chat as the sync engine sees it: which mutators a space has, and what of it is windowed.
import type { ReadonlyJSONValue } from "replicache";
import { type Actor, roomMutators, userMutators } from "../chat/mutators.ts";
import { kindOf } from "../chat/spaces.ts";
import type { Collection, Domain, Mutator } from "../sync/mod.ts";

const numberAt = (field: string) => (value: ReadonlyJSONValue) =>
  (value as Record<string, number>)[field];

const MESSAGES: Collection[] = [
  { prefix: "message/", order: numberAt("seq") },
];
const LISTINGS: Collection[] = [
  { prefix: "listing/", order: numberAt("createdAt") },
];

/** What the engine is to know of the chat. */
export const chat: Domain<Actor> = {
  schemaVersion: 1,
  mutators(space, actor): Record<string, Mutator> {
    switch (kindOf(space)?.kind) {
      case "room":
        return roomMutators(actor);
      case "user":
        return userMutators();
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
  // Who is a member, and whether a room is public.
  guards: (key) => key.startsWith("member/") || key === "room",
};
