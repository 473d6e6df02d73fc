// The account itself: deleting it.
import { methods, userIn } from "../../lib/web/answers.ts";
import { fieldOf, readJSON } from "../../lib/web/bodies.ts";
import { assertOwnName } from "../../lib/web/names.ts";
import { isSecure } from "../../lib/web/origin.ts";
import { clearedCookie } from "../../lib/web/session.ts";

export const handler = methods({
  async DELETE(ctx) {
    const { req, state } = ctx;
    const user = userIn(ctx);
    assertOwnName(user, fieldOf(await readJSON(req), "name"));
    await state.deletions.delete(user.userID);
    const headers = { "set-cookie": clearedCookie(isSecure(ctx)) };
    return new Response(null, { status: 204, headers });
  },
});
