// Sign in (or rename), who am I, sign out.
import { methods, userIn } from "../../lib/web/answers.ts";
import { fieldOf, readJSON } from "../../lib/web/bodies.ts";
import { addressOf } from "../../lib/web/limits.ts";
import { rename } from "../../lib/web/names.ts";
import { FORGET, signIn, signOut } from "../../lib/web/session.ts";

export const handler = methods({
  GET: (ctx) => Response.json(userIn(ctx)),

  async POST({ req, state, url, info, config }) {
    const { user, limits } = state;
    if (user) await limits.count("rename", user.userID);
    else {
      await limits.count("signIn", addressOf(req, info, config.trustProxy));
    }
    const name = fieldOf(await readJSON(req), "name");
    if (user) return Response.json(await rename(state.sync, user.userID, name));
    const secure = url.protocol === "https:";
    const signedIn = await signIn(state, name, secure);
    const headers = { "set-cookie": signedIn.cookie };
    return Response.json(signedIn.user, { headers });
  },

  async DELETE({ state, url }) {
    const cookie = await signOut(state, url.protocol === "https:");
    return new Response(null, {
      status: 204,
      headers: { "set-cookie": cookie, ...FORGET },
    });
  },
});
