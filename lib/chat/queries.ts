// Reads the entries of rooms, of people's own spaces and of the directory. For transactions of both sides.
import type { ReadTransaction } from "replicache";
import type {
  Ban,
  BlockedPerson,
  Draft,
  ImportedPerson,
  Invitation,
  Member,
  Membership,
  Message,
  Profile,
  ReadState,
  Room,
} from "./schema.ts";

// The types below are what our mutators and server writes put there: a space
// holds nothing else.
const get = <T>(tx: ReadTransaction, key: string) =>
  tx.get(key) as Promise<T | undefined>;
const all = <T>(tx: ReadTransaction, prefix: string) =>
  tx.scan({ prefix }).values().toArray() as unknown as Promise<T[]>;

/** What the keys of messages begin with. */
export const MESSAGES = "message/";

/** The room itself; undefined before the first pull and once it is gone. */
export const roomIn = (tx: ReadTransaction) => get<Room>(tx, "room");

export const memberIn = (tx: ReadTransaction, userID: string) =>
  get<Member>(tx, `member/${userID}`);

export const messageIn = (tx: ReadTransaction, id: string) =>
  get<Message>(tx, `message/${id}`);

/** The members, longest there first. */
export async function membersIn(tx: ReadTransaction): Promise<Member[]> {
  const members = await all<Member>(tx, "member/");
  return members.sort((a, b) => a.joinedAt - b.joinedAt);
}

/** Who was imported with the room. */
export const importedIn = (tx: ReadTransaction): Promise<ImportedPerson[]> =>
  all<ImportedPerson>(tx, "imported/");

/** Who is banned, in the order in which they were. */
export const bansIn = async (tx: ReadTransaction): Promise<readonly Ban[]> =>
  await get<Ban[]>(tx, "bans") ?? [];

/** The invitations that are valid at a time, in milliseconds since 1970, oldest first. */
export async function invitationsIn(
  tx: ReadTransaction,
  now: number,
): Promise<Invitation[]> {
  const invitations = await all<Invitation>(tx, "invitation/");
  return invitations.filter(({ expiresAt }) => expiresAt > now)
    .sort((a, b) => a.createdAt - b.createdAt);
}

/**
 * The messages of the window, oldest first. The server's order is `seq`; two
 * pending messages can share one, and then stand in the order of their IDs,
 * which for ULIDs is the order of time.
 */
export async function messagesIn(tx: ReadTransaction): Promise<Message[]> {
  const messages = await all<Message>(tx, "message/");
  return messages.sort((a, b) => a.seq - b.seq || (a.id < b.id ? -1 : 1));
}

export const profileOf = (tx: ReadTransaction) => get<Profile>(tx, "profile");

/** The rooms a person is a member of, longest there first. */
export async function membershipsOf(
  tx: ReadTransaction,
): Promise<Membership[]> {
  const memberships = await all<Membership>(tx, "membership/");
  return memberships.sort((a, b) => a.joinedAt - b.joinedAt);
}

/** The last `seq` that a person has read in a room; 0 when none. */
export async function readStateOf(
  tx: ReadTransaction,
  roomID: string,
): Promise<number> {
  return (await get<ReadState>(tx, `read/${roomID}`))?.seq ?? 0;
}

/** How far a person has read, by room. */
export async function readStatesOf(
  tx: ReadTransaction,
): Promise<(ReadState & { roomID: string })[]> {
  const states = await tx.scan({ prefix: "read/" }).entries().toArray();
  return states.map(([key, value]) => ({
    ...value as ReadState,
    roomID: key.slice("read/".length),
  }));
}

/** Whom a person has blocked, in the order in which they did. */
export const blockedBy = async (
  tx: ReadTransaction,
): Promise<readonly BlockedPerson[]> =>
  await get<BlockedPerson[]>(tx, "blocked") ?? [];

/** What a person has begun to write in a room; empty when nothing. */
export async function draftOf(
  tx: ReadTransaction,
  roomID: string,
): Promise<string> {
  return (await get<Draft>(tx, `draft/${roomID}`))?.content ?? "";
}
