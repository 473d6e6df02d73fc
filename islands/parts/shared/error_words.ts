// The sentence that tells a person about an error.
import { reasonOf, Refusal } from "../../../lib/chat/refusal.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";

/** A refusal's own reason; of any other error only that it happened, and the console has the rest. */
export function errorWords(error: unknown): string {
  if (error instanceof Refusal) return reasonOf(error);
  console.error(error);
  return roomStrings.composer.unexpected;
}
