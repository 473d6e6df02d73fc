// Changing a member's role, and removing a member, by an owner.
import { methods, userIn } from "../../../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../../../lib/web/http/bodies.ts";
import {
  changeRole,
  removeMember,
} from "../../../../../lib/web/chat/members.ts";

export const handler = methods({
  async PATCH(ctx) {
    const owner = userIn(ctx);
    const change = await readJSON(ctx);
    const { room, user } = ctx.params;
    await changeRole(ctx.state.sync, owner, room, user, change);
    return new Response(null, { status: 204 });
  },

  async DELETE(ctx) {
    const owner = userIn(ctx);
    const { room, user } = ctx.params;
    await removeMember(ctx.state.sync, owner, room, user);
    return new Response(null, { status: 204 });
  },
});
