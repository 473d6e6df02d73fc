// Joining a room.
import { methods, readJSON, userIn } from "../../../../../lib/web/answers.ts";
import { joinRoom } from "../../../../../lib/web/rooms.ts";

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    await readJSON(ctx.req);
    await joinRoom(ctx.state.sync, user, ctx.params.room);
    return new Response(null, { status: 204 });
  },
});
