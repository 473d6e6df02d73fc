// Joining a room.
import * as v from "@badrap/valita";
import { valid } from "../../../../../lib/chat/schema.ts";
import { methods, userIn } from "../../../../../lib/web/http/handlers.ts";
import { readOptionalJSON } from "../../../../../lib/web/http/bodies.ts";
import { joinRoom } from "../../../../../lib/web/chat/members.ts";

const Joining = v.object({ invite: v.string().optional() });

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    const { invite } = valid(Joining, await readOptionalJSON(ctx));
    // Its address as it was given out, or the secret at the end of that.
    const secret = invite?.split("/").at(-1);
    await joinRoom(ctx.state.sync, user, ctx.params.room, secret);
    return new Response(null, { status: 204 });
  },
});
