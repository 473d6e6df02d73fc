// Inviting to a room.
import { methods, userIn } from "../../../../../lib/web/answers.ts";
import { readJSON } from "../../../../../lib/web/bodies.ts";
import { inviteTo } from "../../../../../lib/web/members.ts";

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    await readJSON(ctx.req);
    const { room } = ctx.params;
    const { secret, invitation } = await inviteTo(ctx.state.sync, user, room);
    const { id, expiresAt } = invitation;
    const url = `${ctx.url.origin}/invite/${room}/${secret}`;
    return Response.json({ url, inviteID: id, expiresAt }, { status: 201 });
  },
});
