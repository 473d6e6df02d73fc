// One's private sign-in link: a new one, or none any more.
import { methods, userIn } from "../../../lib/web/http/handlers.ts";
import { readOptionalJSON } from "../../../lib/web/http/bodies.ts";
import { WITH_SECRET } from "../../../lib/web/http/compressed.ts";
import {
  makeSignInLink,
  revokeSignInLink,
} from "../../../lib/web/auth/sign_in_link.ts";
import { originOf } from "../../../lib/web/http/origin.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = userIn(ctx);
    await readOptionalJSON(ctx);
    const secret = await makeSignInLink(ctx.state.kv, userID);
    const url = `${originOf(ctx)}/link/${secret}`;
    const init = { status: 201, headers: WITH_SECRET };
    return Response.json({ url }, init);
  },

  async DELETE(ctx) {
    await revokeSignInLink(ctx.state.kv, userIn(ctx).userID);
    return new Response(null, { status: 204 });
  },
});
