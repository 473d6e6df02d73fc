// Messages of a room by plain requests: a bot writes one; an owner removes all of one person.
import * as v from "@badrap/valita";
import { ID, valid } from "../../../../lib/chat/schema.ts";
import {
  botIn,
  keyIn,
  writeAsBot,
  wrongToken,
} from "../../../../lib/web/bots/bot_messages.ts";
import { readJSONOrText } from "../../../../lib/web/http/bodies.ts";
import { methods, userIn } from "../../../../lib/web/http/handlers.ts";

const Query = v.object({ by: ID });

/** In bytes: 4,000 characters, each escaped in JSON. */
const MAX_MESSAGE_BYTES = 64 * 1024;

export const handler = methods({
  async POST(ctx) {
    const { req, params: { room }, state } = ctx;
    const { sync, limits, address } = state;
    const bot = await botIn(sync, room, req);
    if (!bot) {
      await limits.count("wrongToken", address);
      throw wrongToken();
    }
    await limits.count("bot", bot.id);
    const key = keyIn(req);
    const input = await readJSONOrText(ctx, MAX_MESSAGE_BYTES);
    const { id, isNew } = await writeAsBot(sync, room, bot.id, input, key);
    return Response.json({ id }, { status: isNew ? 201 : 200 });
  },

  async DELETE(ctx) {
    const owner = userIn(ctx);
    const { by } = valid(Query, Object.fromEntries(ctx.url.searchParams));
    await ctx.state.messageRemovals.remove(owner, ctx.params.room, by);
    return new Response(null, { status: 204 });
  },
});
