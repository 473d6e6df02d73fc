// Banning a person from a room, by an owner.
import * as v from "@badrap/valita";
import { ID, valid } from "../../../../../lib/chat/schema.ts";
import { methods, userIn } from "../../../../../lib/web/http/handlers.ts";
import { readJSON } from "../../../../../lib/web/http/bodies.ts";
import { banPerson } from "../../../../../lib/web/chat/bans.ts";

const Banning = v.object({ userID: ID });

export const handler = methods({
  async POST(ctx) {
    const owner = userIn(ctx);
    const { userID } = valid(Banning, await readJSON(ctx));
    await banPerson(ctx.state.sync, owner, ctx.params.room, userID);
    return new Response(null, { status: 204 });
  },
});
