// Names that every plain object answers to, wherever somebody else may choose a name.

/** All of them fit as the ID of a message, a client, a client group. */
export const OBJECT_NAMES = [
  ...["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"],
  ...["then", "__defineGetter__", "isPrototypeOf"],
];
