// The poke stream: says that a space has something new to pull.
import { SyncError } from "../../../lib/sync/mod.ts";
import { mayRead } from "../../../lib/web/auth/access.ts";
import {
  methods,
  replicaSessionIn,
  spaceIn,
} from "../../../lib/web/http/handlers.ts";

/** Of one stream: each is looked up when it opens. */
const MAX_SPACES_PER_STREAM = 100;

export const handler = methods({
  async GET(ctx) {
    const session = replicaSessionIn(ctx);
    spaceIn(ctx.url); // one at least
    const { sync, streams, address } = ctx.state;
    const spaces = [...new Set(ctx.url.searchParams.getAll("space"))];
    if (spaces.length > MAX_SPACES_PER_STREAM) {
      throw new SyncError(
        "malformed",
        `space: at most ${MAX_SPACES_PER_STREAM} of them.`,
      );
    }
    const stream = await streams.open(
      { ...session, address },
      (ending) =>
        sync.poke(
          spaces,
          (space) => mayRead(sync, session.userID, space),
          ending,
        ),
      {
        withOnline: ctx.url.searchParams.has("online"),
        withPatches: ctx.url.searchParams.has("patches"),
      },
    );
    // It would never be read, and be open for ever.
    const isHead = ctx.req.method === "HEAD";
    if (isHead) await stream.cancel();
    return new Response(isHead ? null : stream, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform", // proxies may not hold it back
        "x-accel-buffering": "no",
      },
    });
  },
});
