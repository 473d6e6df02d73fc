// Sign in (or rename), who am I, sign out.
import { fieldOf, methods, readJSON, userIn } from "../../lib/web/answers.ts";
import { rename, signIn, signOut } from "../../lib/web/session.ts";

export const handler = methods({
  GET: (ctx) => Response.json(userIn(ctx)),

  async POST({ req, state, url }) {
    const name = fieldOf(await readJSON(req), "name");
    if (state.user) {
      return Response.json(await rename(state, state.user.userID, name));
    }
    const secure = url.protocol === "https:";
    const { user, cookie } = await signIn(state, name, secure);
    return Response.json(user, { headers: { "set-cookie": cookie } });
  },

  async DELETE({ req, state }) {
    const cookie = await signOut(state, req);
    return new Response(null, {
      status: 204,
      headers: { "set-cookie": cookie },
    });
  },
});
