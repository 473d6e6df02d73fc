// Replicache's push: mutations of one client group to one space.
import { methods, userIn } from "../../../lib/web/answers.ts";
import { MAX_PUSH, readJSON } from "../../../lib/web/bodies.ts";
import { actorOf } from "../../../lib/web/state.ts";

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    const { sync, limits } = ctx.state;
    const space = ctx.url.searchParams.get("space")!; // the middleware saw it
    await limits.count("push", user.userID);
    const body = await readJSON(ctx.req, MAX_PUSH);
    const answer = await sync.push(space, actorOf(user), body);
    return Response.json(answer ?? {});
  },
});
