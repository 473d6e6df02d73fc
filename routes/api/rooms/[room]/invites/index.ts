// Inviting to a room.
import { methods, userIn } from "../../../../../lib/web/http/handlers.ts";
import { readOptionalJSON } from "../../../../../lib/web/http/bodies.ts";
import { WITH_SECRET } from "../../../../../lib/web/http/compressed.ts";
import { inviteTo } from "../../../../../lib/web/chat/members.ts";
import { originOf } from "../../../../../lib/web/http/origin.ts";

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    await readOptionalJSON(ctx);
    const { room } = ctx.params;
    const { secret, invitation } = await inviteTo(ctx.state.sync, user, room);
    const { id, expiresAt } = invitation;
    const url = `${originOf(ctx)}/invite/${room}/${secret}`;
    const init = { status: 201, headers: WITH_SECRET };
    return Response.json({ url, inviteID: id, expiresAt }, init);
  },
});
