// The rooms there are for a person, page by page, and making one.
import { methods, userIn } from "../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../lib/web/http/bodies.ts";
import { roomQueryIn, roomsFor } from "../../../lib/web/chat/room_list.ts";
import { assertMayMakeRooms, createRoom } from "../../../lib/web/chat/rooms.ts";

export const handler = methods({
  async GET(ctx) {
    const user = userIn(ctx);
    const page = await roomsFor(ctx.state, user, roomQueryIn(ctx.url));
    return Response.json(page);
  },

  async POST(ctx) {
    const user = userIn(ctx);
    assertMayMakeRooms(ctx.state);
    const { sync, limits } = ctx.state;
    await limits.count("room", user.userID);
    const room = await createRoom(sync, user, await readJSON(ctx));
    return Response.json(room, { status: 201 });
  },
});
