// Messages of bots: who has the token writes, and nothing else; once for each key that a request may carry.
import { hash } from "node:crypto";
import { ulid } from "@std/ulid";
import * as v from "@badrap/valita";
import { HttpError } from "fresh";
import { roomIn } from "../../chat/queries.ts";

import { Refusal } from "../../chat/refusal.ts";
import { withRun } from "../../chat/read_state.ts";
import { Content, ID, type Message, valid } from "../../chat/schema.ts";
import { roomSpace } from "../../chat/spaces.ts";
import type { ChatSync as Sync } from "../chat/domain.ts";
import { type Bot, botIDOf, botsIn, botsOf, botsSpace } from "./bots.ts";

const DAY_MS = 86_400_000;
/** What keys begin with: `sent/<day>/<botID>/<hash of the key>`, so that old ones are found first. */
const SENT = "sent/";
/** Of keys that are not needed any more, with each message: more than it adds. */
const CLEARED_AT_ONCE = 3;

type Sent = { id: string; of: string };

export const wrongToken = () =>
  new HttpError(401, "This token opens nothing here (any more).");

/** The bot of a room that a request's token is of, if it is of one. */
export async function botIn(
  sync: Sync,
  roomID: string,
  { headers }: Request,
): Promise<Bot | undefined> {
  const [, token] = headers.get("authorization")
    ?.match(/^Bearer ([\w-]{43})$/i) ?? [];
  if (!token) return undefined;
  const wanted = botIDOf(token);
  return (await botsOf(sync, roomID)).find(({ id }) => id === wanted);
}

const Key = v.string().assert(
  (text) => /^[\x21-\x7e]{1,200}$/.test(text),
  "A key has 1–200 visible characters of ASCII.",
);

/** The header by which the same message that is sent again is known; undefined without one. Throws a `bad-args` refusal. */
export function keyIn({ headers }: Request): string | undefined {
  const key = headers.get("idempotency-key");
  if (key === null) return undefined;
  const shape = v.object({ "Idempotency-Key": Key });
  return valid(shape, { "Idempotency-Key": key })["Idempotency-Key"];
}

const Input = v.object({ content: Content, replyTo: ID.optional() });

/**
 * Writes a message in the name of a bot, out of a body's JSON or text. With a
 * key it is written once, whatever becomes of the answer, and for a day at
 * least the same key gives the same message. The commit proves that the bot was
 * there; what remembers the key is in it as well. Throws a 401 for one that has
 * been removed, and a refusal: `bad-args`, and `taken` for a key of another message.
 */
export async function writeAsBot(
  sync: Sync,
  roomID: string,
  botID: string,
  input: unknown,
  key?: string,
): Promise<{ id: string; isNew: boolean }> {
  const said = valid(
    Input,
    typeof input === "string" ? { content: input } : input,
  );
  const of = hash("sha256", JSON.stringify([said.content, said.replyTo]));
  const id = ulid();
  const spaces = [botsSpace(roomID), roomSpace(roomID)];
  return await sync.write(spaces, async (own, there) => {
    const bot = (await botsIn(own)).find((each) => each.id === botID);
    const room = await roomIn(there);
    if (!bot || !room) throw wrongToken();
    const today = Math.floor(Date.now() / DAY_MS);
    if (key !== undefined) {
      const keyOn = (day: number) =>
        `${SENT}${day}/${botID}/${hash("sha256", key)}`;
      for (const day of [today, today - 1]) {
        const sent = await own.get(keyOn(day)) as Sent | undefined;
        if (sent?.of === of) return { id: sent.id, isNew: false };
        if (sent) {
          throw new Refusal("taken", "Another message was sent with that key.");
        }
      }
      await own.set(keyOn(today), { id, of });
      const oldest = own.scan({ prefix: SENT, limit: CLEARED_AT_ONCE }).keys();
      for (const old of await oldest.toArray()) {
        if (Number(old.split("/")[1]) < today - 1) await own.del(old);
      }
    }
    const seq = room.messageCount + 1;
    const message: Message = {
      id,
      seq,
      authorID: botID,
      from: bot.name,
      ...said,
      createdAt: Date.now(),
      reactions: {},
    };
    const runs = withRun(room.runs, botID, seq);
    await there.set(`message/${id}`, message);
    await there.set("room", { ...room, messageCount: seq, runs });
    return { id, isNew: true };
  });
}
