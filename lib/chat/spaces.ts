// The names of the chat's spaces, made and parsed.

/** Every public room, one `listing/…` entry each; read by all, written by the server alone. */
export const DIRECTORY = "directory";

/** The public room that is there from the first start, and that everybody who signs in for the first time is in. */
export const GENERAL = "general";

/** The space that holds one room: its description, members and messages. */
export const roomSpace = (roomID: string): string => `room:${roomID}`;

/** The roomID of such a name, as this app has made it (of one that anybody may have sent, `kindOf` knows); undefined of another space's. */
export const roomIDOf = (space: string): string | undefined =>
  space.match(/^room:(.+)/)?.[1];

/** The space that only its user sees: profile, memberships, how far they have read, drafts. */
export const userSpace = (userID: string): string => `user:${userID}`;

/** The space that holds a person's own picture. It is none that clients can read or push to (`kindOf`): a route serves the picture. */
export const avatarSpace = (userID: string): string => `avatar:${userID}`;

/** What the IDs of rooms of direct messages begin with, and no others do. */
export const DIRECT = "direct-";

/** Whether a room is one of direct messages. */
export const isDirect = (roomID: string): boolean => roomID.startsWith(DIRECT);

/** What a space's name says it holds. */
export type SpaceKind =
  | { kind: "room"; roomID: string }
  | { kind: "user"; userID: string }
  | { kind: "directory" };

const NAME = /^(room|user):([A-Za-z0-9_-]{1,64})$/;

/** Parses a space's name; null when no space can have that name. */
export function kindOf(space: string): SpaceKind | null {
  if (space === DIRECTORY) return { kind: "directory" };
  const [, kind, id] = NAME.exec(space) ?? [];
  if (kind === "room") return { kind, roomID: id };
  if (kind === "user") return { kind, userID: id };
  return null;
}
