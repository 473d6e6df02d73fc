// The rooms there are for a person, and making one.
import { methods, userIn } from "../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../lib/web/http/bodies.ts";
import { createRoom, roomsFor } from "../../../lib/web/chat/rooms.ts";

export const handler = methods({
  async GET(ctx) {
    const { userID } = userIn(ctx);
    return Response.json({ rooms: await roomsFor(ctx.state.sync, userID) });
  },

  async POST(ctx) {
    const user = userIn(ctx);
    const { sync, limits } = ctx.state;
    await limits.count("room", user.userID);
    const room = await createRoom(sync, user, await readJSON(ctx.req));
    return Response.json(room, { status: 201 });
  },
});
