// Arrow up in an empty box: the last message of one's own, if there is one, is changed.
import type { Message } from "../../../lib/chat/schema.ts";
import type { MessageActions } from "./message_actions.ts";

export function editLast(
  messages: readonly Message[],
  userID: string,
  { edit }: MessageActions,
): void {
  const last = messages.findLast(({ authorID }) => authorID === userID);
  if (last) edit?.(last);
}
