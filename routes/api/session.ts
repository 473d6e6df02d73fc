// Signs in or renames (POST), returns the signed-in user (GET), signs out (DELETE).
import { methods, userIn } from "../../lib/web/http/handlers.ts";
import { readJSON } from "../../lib/web/http/bodies.ts";
import { addressOf } from "../../lib/web/http/rate_limits.ts";
import { rename } from "../../lib/web/chat/profile.ts";
import { isSecure } from "../../lib/web/http/origin.ts";
import { signIn, signOut } from "../../lib/web/auth/session.ts";

export const handler = methods({
  GET: (ctx) => Response.json(userIn(ctx)),

  async POST(ctx) {
    const { state } = ctx;
    const { user, limits } = state;
    if (user) await limits.count("rename", user.userID);
    else await limits.count("signIn", addressOf(ctx));
    const body = await readJSON(ctx);
    if (user) return Response.json(await rename(state.sync, user.userID, body));
    const signedIn = await signIn(state, body, isSecure(ctx));
    const headers = { "set-cookie": signedIn.cookie };
    return Response.json(signedIn.user, { headers });
  },

  async DELETE(ctx) {
    const cookie = await signOut(ctx.state, isSecure(ctx));
    const headers = { "set-cookie": cookie };
    return new Response(null, { status: 204, headers });
  },
});
