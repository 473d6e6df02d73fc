// Replicache's pull: what has changed in one space since the client's cookie.
import { SyncError } from "../../../lib/sync/mod.ts";
import { mayRead } from "../../../lib/web/access.ts";
import { methods, sessionOf } from "../../../lib/web/answers.ts";
import { readJSON } from "../../../lib/web/bodies.ts";
import { actorOf } from "../../../lib/web/domain.ts";

/** Reads `window`, how many of the newest messages are wanted: a positive integer. */
function windowIn(url: URL): number | undefined {
  const text = url.searchParams.get("window");
  if (text === null) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new SyncError("malformed", "window: a number from 1 to 999999.");
}

export const handler = methods({
  async POST(ctx) {
    const { userID } = sessionOf(ctx);
    const { sync, limits } = ctx.state;
    const space = ctx.url.searchParams.get("space")!; // the middleware saw it
    const window = windowIn(ctx.url);
    const body = await readJSON(ctx.req);
    await limits.assertBelow("lost", userID);
    const answer = await sync.pull(space, actorOf(userID), body, {
      window,
      mayRead: (space) => mayRead(sync, userID, space),
    });
    if ("error" in answer) {
      await limits.count("lost", userID);
      return Response.json(answer);
    }
    return new Response(
      ReadableStream.from(answer).pipeThrough(new TextEncoderStream()),
      { headers: { "content-type": "application/json" } },
    );
  },
});
