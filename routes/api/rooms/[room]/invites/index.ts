// Inviting to a room.
import { methods, userIn } from "../../../../../lib/web/answers.ts";
import { readOptionalJSON } from "../../../../../lib/web/bodies.ts";
import { inviteTo } from "../../../../../lib/web/members.ts";
import { originOf } from "../../../../../lib/web/origin.ts";

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    await readOptionalJSON(ctx.req);
    const { room } = ctx.params;
    const { secret, invitation } = await inviteTo(ctx.state.sync, user, room);
    const { id, expiresAt } = invitation;
    const url = `${originOf(ctx)}/invite/${room}/${secret}`;
    return Response.json({ url, inviteID: id, expiresAt }, { status: 201 });
  },
});
