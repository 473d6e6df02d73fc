// The link to a message: its end is the ID of the message's element.

/** The ID of a message's element; after "#" it is the end of the message's link. */
export const elementIDOf = (messageID: string): string =>
  `message-${messageID}`;

/** The ID of the message that a link's hash leads to, if any. */
export const messageIDIn = (hash: string): string | undefined =>
  hash.match(/^#message-([A-Za-z0-9_-]{1,64})$/)?.[1];
