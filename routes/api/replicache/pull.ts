// Replicache's pull: what has changed in one space since the client's cookie.
import type { Context } from "fresh";
import { type Around, SyncError, unavailable } from "../../../lib/sync/mod.ts";
import { assertMayAsk, mayReadBy } from "../../../lib/web/auth/access.ts";
import {
  methods,
  replicaSessionIn,
  spaceIn,
} from "../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../lib/web/http/bodies.ts";
import type { Held } from "../../../lib/web/http/memory_budget.ts";
import { compressed } from "../../../lib/web/http/compressed.ts";
import { actorOf } from "../../../lib/web/chat/domain.ts";
import type { Session } from "../../../lib/web/auth/session.ts";
import type { State } from "../../../lib/web/state.ts";
import { streamOf } from "../../../lib/web/http/pull_slots.ts";

/** Reads `window`, how many of the newest messages are wanted: a positive integer. */
function windowIn(url: URL): number | undefined {
  const text = url.searchParams.get("window");
  if (text === null) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new SyncError("malformed", "window: a number from 1 to 999999.");
}

/** More than any key of a message has. */
const MAX_KEY_LENGTH = 100;

/**
 * Reads `around`, the key of a message next to which some are wanted, or with
 * `order` any key of the collection, and an order in it.
 */
function aroundIn(url: URL): Around | undefined {
  const key = url.searchParams.get("around");
  if (key === null) return undefined;
  const text = url.searchParams.get("order");
  const order = text === null ? undefined : Number(text || NaN);
  if (key.length > MAX_KEY_LENGTH) {
    throw new SyncError("malformed", "around: This is too long.");
  }
  if (order !== undefined && !Number.isFinite(order)) {
    throw new SyncError("malformed", "order: A finite number.");
  }
  return { key, order };
}

export const handler = methods({
  async POST(ctx) {
    const { userID, sessionID } = replicaSessionIn(ctx);
    const { sync, limits, pullSlots, memory } = ctx.state;
    const space = spaceIn(ctx.url);
    await assertMayAsk(sync, userID, space);
    await limits.count("pull", userID);
    await limits.assertBelow("lost", userID);
    const { signal } = ctx.req;
    const leave = await pullSlots.take(userID);
    const held = memory.hold(ctx.state.address);
    const done = () => {
      leave();
      held[Symbol.dispose]();
    };
    try {
      // The client may have gone while it waited.
      if (signal.aborted) {
        throw unavailable(undefined, "The request was given up.");
      }
      const answer = await answerFor(ctx, { userID, sessionID }, space, held);
      if (!("error" in answer)) {
        const headers = { "content-type": "application/json" };
        const body = streamOf(answer, done);
        return await compressed(ctx.req, new Response(body, { headers }));
      }
      await limits.count("lost", userID);
      done();
      return Response.json(answer);
    } catch (error) {
      done();
      throw error;
    }
  },
});

async function answerFor(
  ctx: Context<State>,
  { userID, sessionID }: Session,
  space: string,
  held: Held,
) {
  const { sync } = ctx.state;
  const wanted = { window: windowIn(ctx.url), around: aroundIn(ctx.url) };
  const body = await readJSON(ctx);
  return await sync.pull(space, actorOf(userID), body, {
    ...wanted,
    mayRead: (space, get) => mayReadBy(get, userID, space),
    hold: held.tryAdd,
    copies: sessionID,
  });
}
