// Where a message is: the ID of its element, and the link that leads to it.

/** The ID of a message's element; after "#" it is the end of the message's link. */
export const idOf = (messageID: string): string => `message-${messageID}`;

/** The message that an address leads to, if any. */
export const messageIn = (hash: string): string | undefined =>
  hash.match(/^#message-([A-Za-z0-9_-]{1,64})$/)?.[1];
