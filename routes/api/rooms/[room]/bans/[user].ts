// Allowing a banned person to come back, by an owner.
import { methods, userIn } from "../../../../../lib/web/http/handlers.ts";
import { allowAgain } from "../../../../../lib/web/chat/bans.ts";

export const handler = methods({
  async DELETE(ctx) {
    const owner = userIn(ctx);
    const { room, user } = ctx.params;
    await allowAgain(ctx.state.sync, owner, room, user);
    return new Response(null, { status: 204 });
  },
});
