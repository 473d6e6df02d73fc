// Removing all messages of one person in a room, by an owner.
import * as v from "@badrap/valita";
import { ID, valid } from "../../../../lib/chat/schema.ts";
import { methods, userIn } from "../../../../lib/web/http/handlers.ts";

const Query = v.object({ by: ID });

export const handler = methods({
  async DELETE(ctx) {
    const owner = userIn(ctx);
    const { by } = valid(Query, Object.fromEntries(ctx.url.searchParams));
    await ctx.state.messageRemovals.remove(owner, ctx.params.room, by);
    return new Response(null, { status: 204 });
  },
});
