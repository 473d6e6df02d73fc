// One's private sign-in link: a new one, or none any more.
import { methods, userIn } from "../../../lib/web/answers.ts";
import { makeLink, revokeLink } from "../../../lib/web/link.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = userIn(ctx);
    const secret = await makeLink(ctx.state.kv, userID);
    const url = `${ctx.url.origin}/link/${secret}`;
    return Response.json({ url }, { status: 201 });
  },

  async DELETE(ctx) {
    await revokeLink(ctx.state.kv, userIn(ctx).userID);
    return new Response(null, { status: 204 });
  },
});
