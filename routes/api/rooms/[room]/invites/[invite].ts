// Withdrawing an invitation.
import { methods, userIn } from "../../../../../lib/web/http/handlers.ts";
import { withdrawInvitation } from "../../../../../lib/web/chat/members.ts";

export const handler = methods({
  async DELETE(ctx) {
    const user = userIn(ctx);
    const { room, invite } = ctx.params;
    await withdrawInvitation(ctx.state.sync, user, room, invite);
    return new Response(null, { status: 204 });
  },
});
