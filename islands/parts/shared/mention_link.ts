// The link that begins a message to a person: a room's address, and who is mentioned.

/** The end of the link, after "#". */
export const mentionHash = (userID: string): string => `mention-${userID}`;

/** The userID of whom a link's hash mentions, if it does. */
export const mentionedIn = (hash: string): string | undefined =>
  hash.match(/^#mention-([A-Za-z0-9_-]{1,64})$/)?.[1];
