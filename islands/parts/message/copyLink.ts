// Copies the link of a message.
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { copyText } from "../shared/copyText.ts";
import { idOf } from "./address.ts";

const words = roomOnUseStrings.links;

/**
 * Puts a message's link on the clipboard; where a page may not do that
 * (without https) into the address bar. Says which.
 */
export async function copyLink(messageID: string): Promise<string> {
  const link = new URL(location.href);
  link.hash = idOf(messageID);
  if (await copyText(link.href)) return words.copied;
  history.replaceState(history.state, "", link);
  return words.inAddress;
}
