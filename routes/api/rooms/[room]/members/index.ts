// Joining a room.
import { methods, userIn } from "../../../../../lib/web/answers.ts";
import { fieldOf, readJSON } from "../../../../../lib/web/bodies.ts";
import { joinRoom } from "../../../../../lib/web/members.ts";

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    const invite = fieldOf(await readJSON(ctx.req), "invite");
    const secret = typeof invite === "string" ? invite : undefined;
    await joinRoom(ctx.state.sync, user, ctx.params.room, secret);
    return new Response(null, { status: 204 });
  },
});
