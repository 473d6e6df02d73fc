// May they enter: signed in, as the user the replica belongs to, and allowed to read the space.
import { HttpError } from "fresh";
import { assertMayPush, assertMayRead } from "../../../lib/web/access.ts";
import { sessionOf } from "../../../lib/web/answers.ts";
import { define } from "../../../lib/web/state.ts";
import { SyncError } from "../../../lib/sync/mod.ts";

export default define.middleware(async (ctx) => {
  const { userID } = sessionOf(ctx);
  // Replicache's `auth`: on a device that two people share, a replica of the
  // one must not write in the name of the other.
  const owner = ctx.req.headers.get("authorization");
  if (owner !== null && owner !== userID) {
    throw new HttpError(401, "This is another person's copy.");
  }
  const spaces = ctx.url.searchParams.getAll("space");
  if (spaces.length === 0) {
    throw new SyncError("malformed", "space: name the space in the query.");
  }
  const { pathname } = ctx.url;
  // The stream looks itself, space by space.
  if (!pathname.endsWith("/poke")) {
    const assertMay = pathname.endsWith("/push")
      ? assertMayPush
      : assertMayRead;
    await assertMay(ctx.state.sync, userID, spaces[0]);
  }
  return await ctx.next();
});
