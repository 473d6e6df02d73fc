// Checks access before push, pull and poke: session, owner of the replica, right to read the space.
import { HttpError } from "fresh";
import { assertMayPush, assertMayRead } from "../../../lib/web/auth/access.ts";
import { sessionIn, spaceIn } from "../../../lib/web/http/handlers.ts";
import { define } from "../../../lib/web/state.ts";

export default define.middleware(async (ctx) => {
  const { pathname } = ctx.url;
  const isPoke = pathname.endsWith("/poke");
  // The route itself answers a method that it does not take.
  const isTaken = isPoke
    ? ctx.req.method === "GET" || ctx.req.method === "HEAD"
    : ctx.req.method === "POST";
  if (!isTaken) return await ctx.next();

  const { userID } = sessionIn(ctx);
  // Replicache's `auth`: on a device that two people share, a replica of the
  // one must not write in the name of the other. Empty when a client has none.
  const owner = ctx.req.headers.get("authorization");
  if (owner && owner !== userID) {
    throw new HttpError(401, "This is another person's copy.");
  }
  const space = spaceIn(ctx.url);
  // The stream looks itself, space by space.
  if (!isPoke) {
    const assertMay = pathname.endsWith("/push")
      ? assertMayPush
      : assertMayRead;
    await assertMay(ctx.state.sync, userID, space);
  }
  return await ctx.next();
});
