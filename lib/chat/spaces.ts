// The names of the chat's spaces: what each one is for, and how a name is read back.

/** Every public room, one `listing/…` entry each; read by all, written by the server alone. */
export const DIRECTORY = "directory";

/** The space that holds one room: its description, members and messages. */
export const roomSpace = (roomID: string): string => `room:${roomID}`;

/** The space that only its user sees: profile, memberships, read marks, drafts. */
export const userSpace = (userID: string): string => `user:${userID}`;

/** What a space's name says it holds. */
export type SpaceKind =
  | { kind: "room"; roomID: string }
  | { kind: "user"; userID: string }
  | { kind: "directory" };

const NAME = /^(room|user):([A-Za-z0-9_-]{1,64})$/;

/** Reads a space's name; null when no space can be called so. */
export function kindOf(space: string): SpaceKind | null {
  if (space === DIRECTORY) return { kind: "directory" };
  const [, kind, id] = NAME.exec(space) ?? [];
  if (kind === "room") return { kind, roomID: id };
  if (kind === "user") return { kind, userID: id };
  return null;
}
