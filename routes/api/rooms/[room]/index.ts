// Changing who can see a room, by its owner. Its name and topic are changed by a mutation.
import { methods, userIn } from "../../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../../lib/web/http/bodies.ts";
import { setVisibility } from "../../../../lib/web/chat/rooms.ts";

export const handler = methods({
  async PATCH(ctx) {
    const owner = userIn(ctx);
    const change = await readJSON(ctx);
    await setVisibility(ctx.state.sync, owner, ctx.params.room, change);
    return new Response(null, { status: 204 });
  },
});
