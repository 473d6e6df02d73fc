// The poke stream: says that a space has something new to pull.
import { mayRead } from "../../../lib/web/access.ts";
import { methods, userIn } from "../../../lib/web/answers.ts";

export const handler = methods({
  async GET(ctx) {
    const { userID } = userIn(ctx);
    const { sync } = ctx.state;
    const spaces = [...new Set(ctx.url.searchParams.getAll("space"))];
    const stream = await sync.poke(
      spaces,
      (space) => mayRead(sync, userID, space),
    );
    return new Response(stream, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform", // proxies may not hold it back
        "x-accel-buffering": "no",
      },
    });
  },
});
