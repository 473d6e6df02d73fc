// The bots of a room and their hooks: made and ended by the room's owners, stored in a space that nobody pulls.
import type { ReadTransaction, WriteTransaction } from "replicache";
import * as v from "@badrap/valita";
import { BOT } from "../../chat/name_tags.ts";
import { Name } from "../../chat/names.ts";
import { Refusal } from "../../chat/refusal.ts";
import { valid } from "../../chat/schema.ts";
import { kindOf, roomSpace } from "../../chat/spaces.ts";
import type { User } from "../../chat/views.ts";
import { assertOwner, noSuchRoom } from "../auth/access.ts";
import { hashOf, newToken } from "../auth/token.ts";
import type { ChatSync as Sync } from "../chat/domain.ts";
import { ForbiddenAddress, type Outgoing } from "../http/outgoing.ts";

/** What a hook is told of: all messages of people, or those that begin with the bot's name. */
export type HookWants = "all" | "addressed";

/** An address that is told of messages. Times are milliseconds since 1970. */
export type Hook = {
  id: string;
  url: string;
  /** What signs the requests. */
  secret: string;
  wants: HookWants;
  createdAt: number;
};

/** A bot; its ID is made of its token's hash. */
export type Bot = {
  id: string;
  name: string;
  createdAt: number;
  hooks: Hook[];
};

/** Something that a hook could not be told. */
export type Failure = {
  botID: string;
  url: string;
  /** What happened, and to which message, if it is about one. */
  event?: string;
  messageID?: string;
  /** When it was given up. */
  at: number;
  reason: string;
};

/** All are in one entry, of 58,000 bytes at the most (C5), hooks included. */
const MAX_BOTS = 20;
const MAX_HOOKS = 3;
const MAX_URL = 500; // characters
const MAX_FAILURES = 40; // in an entry as well, with their addresses

/** Where the bots of a room are stored: no replica's space, so nothing of it is ever pulled. */
export const botsSpace = (roomID: string): string => `bots:${roomID}`;

/** The entry that is a list of a room's bots. */
const BOTS = "bots";
/** The entry that is a list of failures, oldest first. */
const FAILURES = "failures";

export const botsIn = async (tx: ReadTransaction): Promise<readonly Bot[]> =>
  (await tx.get(BOTS) as Bot[] | undefined) ?? [];

const setBots = (tx: WriteTransaction, bots: readonly Bot[]) =>
  tx.set(BOTS, bots);

/** The bots of a room; none where there can be no such room. */
export async function botsOf(
  sync: Sync,
  roomID: string,
): Promise<readonly Bot[]> {
  if (!kindOf(roomSpace(roomID))) return [];
  const [bots] = await sync.get(botsSpace(roomID), BOTS);
  return (bots as Bot[] | undefined) ?? [];
}

/** What the owners of a room see of its bots. */
export type BotsView = {
  room: { id: string; name: string };
  bots: readonly Bot[];
  failures: readonly Failure[];
};

/** Throws a refusal: `not-found` for a room one may not see, `not-allowed` for who does not own it. */
export async function viewBots(
  sync: Sync,
  { userID }: User,
  roomID: string,
): Promise<BotsView> {
  return await changeBots(sync, userID, roomID, async (own, { id, name }) => ({
    room: { id, name },
    bots: await botsIn(own),
    failures: (await own.get(FAILURES) as Failure[] | undefined) ?? [],
  }));
}

/** Does something with the bots of a room that the person owns at that very moment; throws as `viewBots`. */
async function changeBots<T>(
  sync: Sync,
  userID: string,
  roomID: string,
  change: (
    own: WriteTransaction,
    room: { id: string; name: string },
  ) => Promise<T>,
): Promise<T> {
  const space = roomSpace(roomID);
  if (!kindOf(space)) throw noSuchRoom();
  return await sync.write([space, botsSpace(roomID)], async (there, own) => {
    const { room } = await assertOwner(there, userID);
    return await change(own, room);
  });
}

const NewBot = v.object({ name: Name });

/**
 * Makes a bot. Its token is given back here, and is stored nowhere. Throws as
 * `viewBots`, or a refusal: `bad-args`, `full`.
 */
export async function makeBot(
  sync: Sync,
  { userID }: User,
  roomID: string,
  input: unknown,
): Promise<{ bot: Bot; token: string }> {
  const token = newToken();
  const bot = await changeBots(sync, userID, roomID, async (own) => {
    const { name } = valid(NewBot, input);
    const bots = await botsIn(own);
    if (bots.length >= MAX_BOTS) {
      throw new Refusal(
        "full",
        `A room has ${MAX_BOTS} bots at most. Remove one of them first.`,
      );
    }
    const id = botIDOf(token);
    const bot: Bot = { id, name, createdAt: Date.now(), hooks: [] };
    await setBots(own, [...bots, bot]);
    return bot;
  });
  return { bot, token };
}

/** 192 bits of the hash: whoever sees the ID can't find a token for it. */
export const botIDOf = (token: string): string =>
  BOT + hashOf(token).slice(0, 48);

/** Ends a bot, its token and its hooks; what it wrote stays. Throws as `viewBots`. */
export async function removeBot(
  sync: Sync,
  { userID }: User,
  roomID: string,
  botID: string,
): Promise<void> {
  await changeBots(sync, userID, roomID, async (own) => {
    const bots = await botsIn(own);
    const left = bots.filter(({ id }) => id !== botID);
    if (left.length < bots.length) await setBots(own, left);
  });
}

const NewHook = v.object({
  url: v.string().assert(
    (text) => (URL.parse(text)?.href.length ?? Infinity) <= MAX_URL,
    `This is no address of at most ${MAX_URL} characters.`,
  ),
  wants: v.union(v.literal("all"), v.literal("addressed")),
});

/**
 * Adds a hook to a bot. What signs its requests is given back, and shown to
 * nobody later. Throws as `viewBots`, or a refusal: `bad-args`, `not-found`,
 * `full`.
 */
export async function addHook(
  { sync, outgoing }: { sync: Sync; outgoing: Outgoing },
  { userID }: User,
  roomID: string,
  botID: string,
  input: unknown,
): Promise<Hook> {
  const secret = newToken();
  return await changeBots(sync, userID, roomID, async (own) => {
    const { url, wants } = valid(NewHook, input);
    const { href } = new URL(url);
    try {
      outgoing.check(new URL(url));
    } catch (error) {
      if (!(error instanceof ForbiddenAddress)) throw error;
      throw new Refusal("bad-args", `url: ${error.message}`);
    }
    const bots = await botsIn(own);
    const bot = bots.find(({ id }) => id === botID);
    if (!bot) throw new Refusal("not-found", "There is no such bot here.");
    if (bot.hooks.length >= MAX_HOOKS) {
      throw new Refusal(
        "full",
        `A bot has ${MAX_HOOKS} hooks at most. Remove one of them first.`,
      );
    }
    const id = crypto.randomUUID();
    const hook: Hook = { id, url: href, secret, wants, createdAt: Date.now() };
    await replaceHooks(own, botID, [...bot.hooks, hook]);
    return hook;
  });
}

/** Ends a hook: nothing more is sent to it. Throws as `viewBots`. */
export async function removeHook(
  sync: Sync,
  { userID }: User,
  roomID: string,
  hookID: string,
): Promise<void> {
  await changeBots(sync, userID, roomID, (own) => dropHook(own, hookID));
}

async function dropHook(own: WriteTransaction, hookID: string) {
  const bot = (await botsIn(own))
    .find(({ hooks }) => hooks.some(({ id }) => id === hookID));
  if (!bot) return;
  const left = bot.hooks.filter(({ id }) => id !== hookID);
  await replaceHooks(own, bot.id, left);
}

async function replaceHooks(
  own: WriteTransaction,
  botID: string,
  hooks: Hook[],
): Promise<void> {
  const bots = await botsIn(own);
  await setBots(
    own,
    bots.map((bot) => bot.id === botID ? { ...bot, hooks } : bot),
  );
}

/** Shows owners what a hook could not be told; the newest forty of a room stay. `ends` ends the hook as well. */
export async function noteFailures(
  sync: Sync,
  roomID: string,
  failures: readonly Failure[],
  ends?: Hook,
): Promise<void> {
  await sync.write([botsSpace(roomID)], async (own) => {
    // A space that was erased meanwhile stays so.
    if (await own.isEmpty()) return;
    if (ends) await dropHook(own, ends.id);
    const before = (await own.get(FAILURES) as Failure[] | undefined) ?? [];
    await own.set(FAILURES, [...before, ...failures].slice(-MAX_FAILURES));
  });
}
