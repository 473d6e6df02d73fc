// Removing a member, by the owner.
import { methods, userIn } from "../../../../../lib/web/http/handlers.ts";
import { removeMember } from "../../../../../lib/web/chat/members.ts";

export const handler = methods({
  async DELETE(ctx) {
    const owner = userIn(ctx);
    const { room, user } = ctx.params;
    await removeMember(ctx.state.sync, owner, room, user);
    return new Response(null, { status: 204 });
  },
});
