// Arrow up in an empty box: the last message of one's own is changed.
import type { Message } from "../../../lib/chat/schema.ts";
import type { Acts } from "./acts.ts";

/** False when there is none. */
export function editLast(
  messages: readonly Message[],
  userID: string,
  { edit }: Acts,
): boolean {
  const last = messages.findLast(({ authorID }) => authorID === userID);
  if (last) edit?.(last);
  return last !== undefined;
}
