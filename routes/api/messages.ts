// Beginning direct messages.
import { methods, userIn } from "../../lib/web/http/handlers.ts";
import { readJSON } from "../../lib/web/http/bodies.ts";
import { beginDirect } from "../../lib/web/chat/direct_rooms.ts";

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    return Response.json(
      await beginDirect(ctx.state, user, await readJSON(ctx)),
    );
  },
});
