// Ends an upload: all of it is there (POST), or it is given up (DELETE).
import { FINISH_BYTES } from "../../../../lib/web/files/uploads.ts";
import {
  methods,
  replicaSessionIn,
} from "../../../../lib/web/http/handlers.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = replicaSessionIn(ctx);
    await ctx.state.limits.count("upload", userID);
    ctx.state.held.add(FINISH_BYTES);
    const { file } = ctx.params;
    return Response.json(await ctx.state.uploads.finish(userID, file));
  },

  async DELETE(ctx) {
    const { userID } = replicaSessionIn(ctx);
    await ctx.state.uploads.cancel(userID, ctx.params.file);
    return new Response(null, { status: 204 });
  },
});
