// Takes one piece of a file.
import { PIECE_BYTES } from "../../../../lib/chat/files.ts";
import {
  methods,
  replicaSessionIn,
} from "../../../../lib/web/http/handlers.ts";
import { readBytes } from "../../../../lib/web/http/bodies.ts";

export const handler = methods({
  async PUT(ctx) {
    const { userID } = replicaSessionIn(ctx);
    const { file, piece } = ctx.params;
    await ctx.state.uploads.put(
      userID,
      file,
      piece,
      () => readBytes(ctx, PIECE_BYTES),
    );
    return new Response(null, { status: 204 });
  },
});
