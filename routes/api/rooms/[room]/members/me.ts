// Leaving a room.
import { methods, userIn } from "../../../../../lib/web/http/handlers.ts";
import { leaveRoom } from "../../../../../lib/web/chat/members.ts";

export const handler = methods({
  async DELETE(ctx) {
    const { userID } = userIn(ctx);
    await leaveRoom(ctx.state.sync, userID, ctx.params.room);
    return new Response(null, { status: 204 });
  },
});
