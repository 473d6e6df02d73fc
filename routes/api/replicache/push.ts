// Replicache's push: mutations of one client group to one space.
import { kindOf, userSpace } from "../../../lib/chat/spaces.ts";
import { assertMayPush } from "../../../lib/web/auth/access.ts";
import {
  confirmSession,
  methods,
  replicaSessionIn,
  spaceIn,
} from "../../../lib/web/http/handlers.ts";
import {
  fieldOf,
  MAX_PUSH_BYTES,
  readJSON,
} from "../../../lib/web/http/bodies.ts";
import { repairListing } from "../../../lib/web/chat/room_name_copies.ts";
import { actorOf } from "../../../lib/web/chat/domain.ts";
import { updateProfileInRooms } from "../../../lib/web/chat/profile.ts";
import { SyncError } from "../../../lib/sync/mod.ts";
import { messageCountsFor } from "../../../lib/web/chat/message_counts.ts";

/** What a file of a message is written with, its record and its use, in KiB; about. */
const WRITTEN_KIB = 8;

export const handler = methods({
  async POST(ctx) {
    const { userID } = replicaSessionIn(ctx);
    const { sync, limits, fileUses } = ctx.state;
    const space = spaceIn(ctx.url);
    await assertMayPush(sync, userID, space);
    await limits.count("push", userID);
    await limits.assertBelow("weight", userID);
    // Before it is here: many that come at once must not all be held.
    const length = ctx.req.headers.get("content-length") ?? MAX_PUSH_BYTES;
    await limits.addPoints("weight", userID, Number(length) / 1024);
    const body = await readJSON(ctx, MAX_PUSH_BYTES);
    const mutations = listIn(body);
    await limits.addPoints("weight", userID, mutations.length);
    const isOwn = space === userSpace(userID);
    const has = (name: string) =>
      mutations.some((each) => fieldOf(each, "name") === name);
    if (isOwn && has("setProfile")) await limits.count("rename", userID);
    const actor = isOwn
      ? actorOf(userID, {
        messageCountOf: await messageCountsFor(sync, userID, mutations),
      })
      : actorOf(userID, {
        fileOf: await fileUses.lookUp(
          userID,
          space,
          mutations,
          async (files) => {
            await confirmSession(ctx); // what is written of them proves nothing
            await limits.addPoints("weight", userID, WRITTEN_KIB * files);
          },
        ),
      });
    const push = () =>
      sync.push(space, actor, body, {
        onWritten: (bytes) => limits.addPoints("weight", userID, bytes / 1024),
        check: ctx.state.sessionProof,
      });
    const answer = await push().catch(async (error) => {
      if (!isOutdated(error)) throw error;
      await confirmSession(ctx); // somebody's session has ended: this one?
      return await push();
    });
    // What may have changed is written elsewhere, too.
    if (isOwn) await updateProfileInRooms(sync, userID);
    else if (has("updateRoom")) {
      const kind = kindOf(space);
      if (kind?.kind === "room") await repairListing(sync, kind.roomID);
    }
    return Response.json(answer ?? {});
  },
});

const isOutdated = (error: unknown): boolean =>
  error instanceof SyncError && error.problem === "outdated";

/** The mutations of a push that may be anything. */
function listIn(body: unknown): unknown[] {
  const mutations = fieldOf(body, "mutations");
  return Array.isArray(mutations) ? mutations : [];
}
