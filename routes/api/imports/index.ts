// Begins the import of a room, or asks how one stands.
import { methods, userIn } from "../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../lib/web/http/bodies.ts";
import { assertMayMakeRooms } from "../../../lib/web/chat/rooms.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = userIn(ctx);
    assertMayMakeRooms(ctx.state);
    await ctx.state.limits.count("room", userID);
    const body = await readJSON(ctx);
    return Response.json(await ctx.state.imports.begin(userID, body));
  },
});
