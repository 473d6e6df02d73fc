// The poke stream: says that a space has something new to pull.
import { SyncError } from "../../../lib/sync/mod.ts";
import { mayRead } from "../../../lib/web/access.ts";
import { methods, sessionOf } from "../../../lib/web/answers.ts";

/** Of one stream: each is looked up when it opens. */
const MOST_SPACES = 100;

export const handler = methods({
  async GET(ctx) {
    const session = sessionOf(ctx);
    const { sync, streams } = ctx.state;
    const spaces = [...new Set(ctx.url.searchParams.getAll("space"))];
    if (spaces.length > MOST_SPACES) {
      throw new SyncError(
        "malformed",
        `space: at most ${MOST_SPACES} of them.`,
      );
    }
    // A HEAD has no body: its stream would be open for ever, read by nobody.
    const stream = ctx.req.method === "HEAD" ? null : await streams.open(
      session,
      (ending) =>
        sync.poke(
          spaces,
          (space) => mayRead(sync, session.userID, space),
          ending,
        ),
      ctx.url.searchParams.has("online"),
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
