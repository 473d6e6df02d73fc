// A room as a file of lines of JSON, for its owners.
import { fileNameOf } from "../../../../lib/chat/files.ts";
import { assertMayExport } from "../../../../lib/web/auth/access.ts";
import { methods, userIn } from "../../../../lib/web/http/handlers.ts";
import { download } from "../../../../lib/web/transfer/download.ts";
import { roomLines } from "../../../../lib/web/transfer/room_export.ts";

export const handler = methods({
  async GET(ctx) {
    const { userID } = userIn(ctx);
    const { kv, sync, limits, roomDigests } = ctx.state;
    const { room } = ctx.params;
    const mayGoOn = () => assertMayExport(sync, userID, room);
    await mayGoOn();
    await limits.count("export", userID);
    const lines = roomLines(kv, sync, room, mayGoOn);
    const name = await roomDigests.nameOf(room, userID) ?? room;
    return await download(ctx, fileNameOf(`${name}.jsonl`), lines);
  },
});
