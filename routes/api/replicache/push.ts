// Replicache's push: mutations of one client group to one space.
import { userSpace } from "../../../lib/chat/spaces.ts";
import { methods, sessionOf } from "../../../lib/web/answers.ts";
import { fieldOf, MAX_PUSH, readJSON } from "../../../lib/web/bodies.ts";
import { actorOf } from "../../../lib/web/domain.ts";
import { spreadName } from "../../../lib/web/names.ts";

export const handler = methods({
  async POST(ctx) {
    const { userID } = sessionOf(ctx);
    const { sync, limits } = ctx.state;
    const space = ctx.url.searchParams.get("space")!; // the middleware saw it
    await limits.count("push", userID);
    await limits.assertBelow("weight", userID);
    // Before it is here: many that come at once must not all be held.
    const length = ctx.req.headers.get("content-length") ?? MAX_PUSH;
    await limits.weigh("weight", userID, Number(length) / 1024);
    const body = await readJSON(ctx.req, MAX_PUSH);
    const mutations = fieldOf(body, "mutations");
    if (Array.isArray(mutations)) {
      await limits.weigh("weight", userID, mutations.length);
    }
    const answer = await sync.push(space, actorOf(userID), body);
    // A mutation of one's own space may have changed one's name.
    if (space === userSpace(userID)) await spreadName(sync, userID);
    return Response.json(answer ?? {});
  },
});
