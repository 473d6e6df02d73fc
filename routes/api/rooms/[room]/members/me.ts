// Leaving a room.
import { methods, userIn } from "../../../../../lib/web/answers.ts";
import { leaveRoom } from "../../../../../lib/web/members.ts";

export const handler = methods({
  async DELETE(ctx) {
    const { userID } = userIn(ctx);
    await leaveRoom(ctx.state.sync, userID, ctx.params.room);
    return new Response(null, { status: 204 });
  },
});
