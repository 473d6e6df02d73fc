// Where a message is: the ID of its element, and the link that leads to it.

/** The ID of a message's element; after "#" it is the end of the message's link. */
export const idOf = (messageID: string): string => `message-${messageID}`;

/** The message that an address leads to, if any. */
export const messageIn = (hash: string): string | undefined =>
  hash.match(/^#message-([A-Za-z0-9_-]{1,64})$/)?.[1];

/**
 * Puts a message's link on the clipboard. False where a page may not do that
 * (without https): the link is in the address bar then.
 */
export async function copyLink(messageID: string): Promise<boolean> {
  const link = new URL(location.href);
  link.hash = idOf(messageID);
  const copied = await copyText(link.href);
  if (!copied) history.replaceState(history.state, "", link);
  return copied;
}

/** Puts a text on the clipboard; false where a page may not do that. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
