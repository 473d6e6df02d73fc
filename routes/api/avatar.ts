// One's own picture: shows another (PUT), shows none (DELETE).
import { MAX_AVATAR_BYTES } from "../../lib/chat/file_type.ts";
import { removeAvatar, setAvatar } from "../../lib/web/chat/avatars.ts";
import { readBytes } from "../../lib/web/http/bodies.ts";
import { methods, userIn } from "../../lib/web/http/handlers.ts";

export const handler = methods({
  async PUT(ctx) {
    const { userID } = userIn(ctx);
    const { sync, limits } = ctx.state;
    await limits.count("rename", userID);
    const jpeg = await readBytes(ctx, MAX_AVATAR_BYTES);
    return Response.json({ avatar: await setAvatar(sync, userID, jpeg) });
  },

  async DELETE(ctx) {
    const { userID } = userIn(ctx);
    await ctx.state.limits.count("rename", userID);
    await removeAvatar(ctx.state.sync, userID);
    return new Response(null, { status: 204 });
  },
});
