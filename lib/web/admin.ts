// `deno task admin`: what the operator can do on the command line, also while the app runs.
import { Refusal } from "../chat/refusal.ts";
import type { Message, Profile, Room } from "../chat/schema.ts";
import { kindOf, roomSpace, userSpace } from "../chat/spaces.ts";
import type { User } from "../chat/views.ts";
import {
  type Ban,
  type Banned,
  banOf,
  bansIn,
  liftBan,
  setBan,
} from "./auth/bans.ts";
import { endSessions, lastSeenAt, newPerson } from "./auth/session.ts";
import { makeSignInLink } from "./auth/sign_in_link.ts";
import type { ChatSync } from "./chat/domain.ts";
import { userOf } from "./chat/profile.ts";
import { createRoom } from "./chat/rooms.ts";
import { deleteRoom } from "./chat/room_deletion.ts";
import { parseAddress } from "./http/rate_limits.ts";

/** The command line can't be read; the message is a line that says how to write it. */
export class UsageError extends Error {}

/** What the commands work on. */
type Administered = {
  kv: Deno.Kv;
  sync: ChatSync;
  /** What links begin with. */
  origin: string;
};

type Print = (line: string) => void;
/** Throws a `UsageError`, or a `Refusal` or `SyncError` with a sentence for the operator. */
type Run = (it: Administered, print: Print) => Promise<void>;

type Command = {
  /** Of arguments; those in square brackets may be left out. */
  args: string[];
  what: string;
  run: (it: Administered, print: Print, ...args: string[]) => Promise<void>;
};

const COMMANDS = new Map<string, Command>([
  ["people", {
    args: [],
    what:
      "All people, with what they have written, and the day their sessions were last used",
    run: (it, print) => listPeople(it, print),
  }],
  ["rooms", {
    args: [],
    what: "All rooms, with what is stored of them",
    run: listRooms,
  }],
  ["bans", {
    args: [],
    what: "The accounts and addresses that are banned",
    run: listBans,
  }],
  ["sign-in-link", {
    args: ["<name|userID>"],
    what:
      "A sign-in link: by a name for a new person, by a userID for one there is",
    async run({ kv, sync, origin }, print, nameOrID) {
      const { userID, name } = await userOf(sync, nameOrID) ??
        await newPersonUnlessID(sync, nameOrID);
      const ban = await banOf(kv, { kind: "account", id: userID });
      if (ban) throw new Refusal("not-allowed", `${userID} is banned.`);
      const secret = await makeSignInLink(kv, userID);
      print(`For ${name} (${userID}), until there is a newer one:`);
      print(`${origin}/link/${secret}`);
    },
  }],
  ["end-sessions", {
    args: ["<userID>"],
    what: "Signs a person out on all devices",
    async run({ kv, sync }, print, id) {
      const { userID, name } = await personIn(sync, id);
      await endSessions(kv, userID);
      print(`${name} (${userID}) is signed out everywhere.`);
    },
  }],
  ["ban", {
    args: ["<userID|address>", "[days]"],
    what: "Keeps an account or an address out, for days or until it is lifted",
    async run({ kv, sync }, print, id, days) {
      const until = days === undefined ? null : Date.now() + daysIn(days);
      const banned = bannedIn(id);
      const isAccount = banned.kind === "account";
      if (isAccount) await personIn(sync, id);
      await setBan(kv, { ...banned, until });
      // After it: one that is opened meanwhile finds the ban.
      if (isAccount) await endSessions(kv, id);
      print(`Banned: ${inWords({ ...banned, until })}`);
    },
  }],
  ["unban", {
    args: ["<userID|address>"],
    what: "Lifts a ban",
    async run({ kv }, print, id) {
      const banned = bannedIn(id);
      if (!await liftBan(kv, banned)) {
        throw new Refusal("not-found", `${idOf(banned)} is not banned.`);
      }
      print(`Not banned any more: ${idOf(banned)}`);
    },
  }],
  ["make-room", {
    args: ["<userID>", "<name>", "[public|private]"],
    what: "Makes a room whose owner that person is; public unless told",
    async run({ sync }, print, id, name, visibility = "public") {
      const owner = await personIn(sync, id);
      const { roomID } = await createRoom(sync, owner, { name, visibility });
      print(`Made: ${roomID}`);
    },
  }],
  ["delete-room", {
    args: ["<roomID>"],
    what: "Deletes a room with all that was written in it, for ever",
    async run({ kv, sync }, print, roomID) {
      await deleteRoom(kv, sync, roomID);
      print(`Deleted: ${roomID}`);
    },
  }],
]);

const ASK_HELP = '"deno task admin help" lists the commands.';

/** What the arguments of the command line ask for. Throws a `UsageError`. */
export function commandIn([name, ...given]: readonly string[]): Run {
  if (name === undefined) throw new UsageError(`Name a command: ${ASK_HELP}`);
  const command = COMMANDS.get(name);
  if (!command) throw new UsageError(`There is no "${name}": ${ASK_HELP}`);
  const { args, run } = command;
  const needed = args.filter((arg) => arg.startsWith("<")).length;
  if (given.length < needed || given.length > args.length) {
    throw new UsageError(`Use it so: ${[name, ...args].join(" ")}`);
  }
  return (it, print) => run(it, print, ...given);
}

/** How the commands are used. */
export function usage(): string {
  const rows = [...COMMANDS].map(([name, { args, what }]) =>
    [[name, ...args].join(" "), what] as const
  );
  const width = Math.max(...rows.map(([use]) => use.length));
  return ["deno task admin <command>", ""]
    .concat(rows.map(([use, what]) => `  ${use.padEnd(width)}  ${what}`))
    .join("\n");
}

/** So many at a time are counted for, as all messages are gone through for them. */
const PEOPLE_AT_A_TIME = 10_000;

/** Prints a line for each person. Messages count for their author. */
export async function listPeople(
  it: Administered,
  print: Print,
  atATime = PEOPLE_AT_A_TIME,
): Promise<void> {
  const { sync } = it;
  print(
    row("userID", "name", "rooms", "messages", "bytes", "seen", "banned until"),
  );
  let written = new Map<string, Written>();
  for await (const { space } of sync.scanSpaces("user:")) {
    const kind = kindOf(space);
    if (kind?.kind !== "user") continue;
    written.set(kind.userID, { messages: 0, bytes: 0 });
    if (written.size < atATime) continue;
    await printPeople(it, print, written);
    written = new Map();
  }
  if (written.size > 0) await printPeople(it, print, written);
}

type Written = { messages: number; bytes: number };

async function printPeople(
  { kv, sync }: Administered,
  print: Print,
  people: Map<string, Written>,
): Promise<void> {
  for await (const { space: room } of sync.scanSpaces("room:")) {
    for await (const { value, bytes } of sync.scan(room, "message/")) {
      const written = people.get((value as Message).authorID);
      if (!written) continue;
      written.messages++;
      written.bytes += bytes;
    }
  }
  for (const [userID, { messages, bytes }] of people) {
    let [name, rooms, own] = [undefined as string | undefined, 0, 0];
    for await (const entry of sync.scan(userSpace(userID), "")) {
      own += entry.bytes;
      if (entry.key === "profile") name = (entry.value as Profile).name;
      if (entry.key.startsWith("membership/")) rooms++;
    }
    if (name === undefined) continue; // their account is being deleted
    const seen = dayOf(await lastSeenAt(kv, userID));
    const ban = await banOf(kv, { kind: "account", id: userID });
    const banned = ban ? untilOf(ban) : "-";
    print(row(userID, name, rooms, messages, bytes + own, seen, banned));
  }
}

/** Prints a line for each room, also for one that is being imported, or whose deletion was broken off: it has no name. */
async function listRooms({ sync }: Administered, print: Print): Promise<void> {
  const columns = ["roomID", "name", "visibility", "members", "messages"];
  print(row(...columns, "bytes", "last written"));
  for await (const { space } of sync.scanSpaces(roomSpace(""))) {
    const kind = kindOf(space);
    if (kind?.kind !== "room") continue;
    let room: Room | undefined;
    let [members, messages, stored] = [0, 0, 0];
    let last: number | null = null;
    for await (const { key, value, bytes } of sync.scan(space, "")) {
      stored += bytes;
      if (key === "room") room = value as Room;
      if (key.startsWith("member/")) members++;
      if (!key.startsWith("message/")) continue;
      messages++;
      last = Math.max(last ?? 0, (value as Message).createdAt);
    }
    const { name = "-", visibility = "-" } = room ?? {};
    print(row(
      ...[kind.roomID, name, visibility, members, messages, stored],
      dayOf(last),
    ));
  }
}

async function listBans({ kv }: Administered, print: Print): Promise<void> {
  print(row("banned", "until"));
  for await (const ban of bansIn(kv)) print(row(idOf(ban), untilOf(ban)));
}

/** One line of a list. Names hold no tabs. */
const row = (...columns: (string | number)[]): string => columns.join("\t");

const dayOf = (time: number | null): string =>
  time === null ? "-" : new Date(time).toISOString().slice(0, 10);

const untilOf = ({ until }: Ban): string =>
  until === null ? "unban" : dayOf(until);

const inWords = (ban: Ban): string => `${idOf(ban)}, until ${untilOf(ban)}`;

/** As `ban` takes it: a network of IPv6 as such. */
const idOf = ({ kind, id }: Banned): string =>
  kind === "address" && id.includes(":") ? `${id}::/64` : id;

/** Whom an argument means: no userID has a dot or a colon. Throws a `UsageError`. */
function bannedIn(text: string): Banned {
  if (!/[.:]/.test(text)) return { kind: "account", id: text };
  const address = parseAddress(text.replace(/\/64$/, ""));
  if (address) return { kind: "address", id: address };
  throw new UsageError(`${text} is no address.`);
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 36_500;

/** So many days in milliseconds. Throws a `UsageError`. */
function daysIn(text: string): number {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days * DAY_MS;
  throw new UsageError(`"${text}": give a number of days, 1 to ${MAX_DAYS}.`);
}

/** The person of a userID. Throws a refusal. */
async function personIn(sync: ChatSync, userID: string): Promise<User> {
  const person = kindOf(userSpace(userID)) && await userOf(sync, userID);
  if (person) return person;
  throw new Refusal("not-found", `There is no person ${userID}.`);
}

/** Makes a person; throws for what looks like a userID, of which there is nobody (any more). */
async function newPersonUnlessID(
  sync: ChatSync,
  name: string,
): Promise<User> {
  if (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(name)) return await personIn(sync, name);
  return await newPerson({ sync }, { name });
}
