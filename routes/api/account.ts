// Deletes an account.
import { methods, userIn } from "../../lib/web/http/handlers.ts";
import { fieldOf, readJSON } from "../../lib/web/http/bodies.ts";
import { assertOwnName } from "../../lib/web/chat/profile.ts";
import { isSecure } from "../../lib/web/http/origin.ts";
import { clearedCookie } from "../../lib/web/auth/session.ts";

export const handler = methods({
  async DELETE(ctx) {
    const { state } = ctx;
    const user = userIn(ctx);
    assertOwnName(user, fieldOf(await readJSON(ctx), "name"));
    await state.accountDeletions.delete(user.userID);
    const headers = { "set-cookie": clearedCookie(isSecure(ctx)) };
    return new Response(null, { status: 204, headers });
  },
});
