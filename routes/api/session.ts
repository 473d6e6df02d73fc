// Signs in or renames (POST), returns the signed-in user (GET), signs out (DELETE).
import { methods, userIn } from "../../lib/web/http/handlers.ts";
import { fieldOf, readJSON } from "../../lib/web/http/bodies.ts";
import { rename } from "../../lib/web/chat/profile.ts";
import { invitedBy } from "../../lib/web/auth/invited.ts";
import { Refusal } from "../../lib/chat/refusal.ts";
import { pageStrings } from "../../lib/chat/strings/pages.ts";
import { isSecure } from "../../lib/web/http/origin.ts";
import { signIn, signOut } from "../../lib/web/auth/session.ts";

export const handler = methods({
  GET: (ctx) => Response.json(userIn(ctx)),

  async POST(ctx) {
    const { state } = ctx;
    const { user, limits } = state;
    if (user) await limits.count("rename", user.userID);
    else await limits.count("signIn", state.address);
    const body = await readJSON(ctx);
    if (user) return Response.json(await rename(state.sync, user.userID, body));
    if (state.invitedOnly) {
      const invite = fieldOf(body, "invite");
      const address = typeof invite === "string" ? invite : "";
      if (!await invitedBy(state.sync, address)) {
        throw new Refusal("not-allowed", pageStrings.signIn.invitedOnly);
      }
    }
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
