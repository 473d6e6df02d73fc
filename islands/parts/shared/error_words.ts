// What to tell a person of something that did not work.
import { reasonOf, Refusal } from "../../../lib/chat/refusal.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";

/** A refusal's own reason; of anything else only that it happened, and the console has the rest. */
export function errorWords(error: unknown): string {
  if (error instanceof Refusal) return reasonOf(error);
  console.error(error);
  return roomStrings.composer.unexpected;
}
