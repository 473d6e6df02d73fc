// Whether this session's device is told of messages while it is closed: by a subscription of Web Push.
import { methods, sessionIn } from "../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../lib/web/http/bodies.ts";
import { vapidKeys } from "../../../lib/web/notices/vapid_keys.ts";

export const handler = methods({
  async GET(ctx) {
    const { kv, subscriptions } = ctx.state;
    const { value } = await subscriptions.of(sessionIn(ctx));
    const { publicKey } = await vapidKeys(kv);
    return Response.json({ publicKey, wanted: value?.wanted ?? null });
  },

  async POST(ctx) {
    const session = sessionIn(ctx);
    await ctx.state.subscriptions.put(session, await readJSON(ctx));
    return new Response(null, { status: 204 });
  },

  async DELETE(ctx) {
    await ctx.state.subscriptions.delete(sessionIn(ctx));
    return new Response(null, { status: 204 });
  },
});
