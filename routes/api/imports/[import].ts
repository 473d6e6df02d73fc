// Takes lines of an import, and gives one up.
import { methods, userIn } from "../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../lib/web/http/bodies.ts";
import { assertMayMakeRooms } from "../../../lib/web/chat/rooms.ts";
import { FINISH_BYTES } from "../../../lib/web/files/uploads.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = userIn(ctx);
    const { imports, limits, held } = ctx.state;
    assertMayMakeRooms(ctx.state);
    await limits.count("import", userID);
    const body = await readJSON(ctx);
    held.add(FINISH_BYTES); // a file among its lines may be looked at
    const countRead = () => limits.count("upload", userID);
    return Response.json(
      await imports.add(userID, ctx.params.import, body, countRead),
    );
  },

  async DELETE(ctx) {
    const { userID } = userIn(ctx);
    await ctx.state.imports.cancel(userID, ctx.params.import);
    return new Response(null, { status: 204 });
  },
});
