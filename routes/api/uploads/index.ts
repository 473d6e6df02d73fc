// Begins an upload, or asks how one stands.
import { methods, replicaSessionIn } from "../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../lib/web/http/bodies.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = replicaSessionIn(ctx);
    await ctx.state.limits.count("upload", userID);
    const body = await readJSON(ctx);
    return Response.json(await ctx.state.uploads.begin(userID, body));
  },
});
