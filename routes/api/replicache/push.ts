// Replicache's push: mutations of one client group to one space.
import { userSpace } from "../../../lib/chat/spaces.ts";
import { methods, sessionOf } from "../../../lib/web/answers.ts";
import { MAX_PUSH, readJSON } from "../../../lib/web/bodies.ts";
import { actorOf } from "../../../lib/web/domain.ts";
import { spreadName } from "../../../lib/web/names.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = sessionOf(ctx);
    const { sync, limits } = ctx.state;
    const space = ctx.url.searchParams.get("space")!; // the middleware saw it
    await limits.count("push", userID);
    const body = await readJSON(ctx.req, MAX_PUSH);
    const answer = await sync.push(space, actorOf(userID), body);
    // A mutation of one's own space may have changed one's name.
    if (space === userSpace(userID)) await spreadName(sync, userID);
    return Response.json(answer ?? {});
  },
});
