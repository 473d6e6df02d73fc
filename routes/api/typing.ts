// Tells the others in a room that a person is typing, or has stopped.
import { HttpError } from "fresh";
import { assertMayTellTyping } from "../../lib/web/auth/access.ts";
import { methods, spaceIn, userIn } from "../../lib/web/http/handlers.ts";
import { fieldOf, readJSON } from "../../lib/web/http/bodies.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = userIn(ctx);
    const { sync, typing: typists, limits } = ctx.state;
    await limits.count("typing", userID);
    const space = spaceIn(ctx.url);
    const typing = fieldOf(await readJSON(ctx), "typing");
    await assertMayTellTyping(sync, userID, space);
    if (typeof typing !== "boolean") {
      throw new HttpError(400, "typing: true or false.");
    }
    await typists.record({ space, userID }, typing);
    return new Response(null, { status: 204 });
  },
});
