// Replicache's push: mutations of one client group to one space.
import { HttpError } from "fresh";
import { DIRECTORY } from "../../../lib/chat/spaces.ts";
import {
  MAX_PUSH,
  methods,
  readJSON,
  userIn,
} from "../../../lib/web/answers.ts";
import { actorOf } from "../../../lib/web/state.ts";

export const handler = methods({
  async POST(ctx) {
    const user = userIn(ctx);
    const space = ctx.url.searchParams.get("space")!; // the middleware saw it
    if (space === DIRECTORY) {
      throw new HttpError(403, "Nobody writes in the directory.");
    }
    const body = await readJSON(ctx.req, MAX_PUSH);
    const answer = await ctx.state.sync.push(space, actorOf(user), body);
    return Response.json(answer ?? {});
  },
});
