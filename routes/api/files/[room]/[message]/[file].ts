// A file of a message, to all who may read the room.
import * as v from "@badrap/valita";
import { Hash } from "../../../../../lib/chat/files.ts";
import { roomSpace } from "../../../../../lib/chat/spaces.ts";
import { ID, type Message } from "../../../../../lib/chat/schema.ts";
import { mayRead } from "../../../../../lib/web/auth/access.ts";
import {
  fileAnswer,
  noSuchFile,
} from "../../../../../lib/web/files/file_answer.ts";
import {
  storedFile,
  uploaderOf,
} from "../../../../../lib/web/files/file_store.ts";
import { methods, sessionIn } from "../../../../../lib/web/http/handlers.ts";

const Path = v.object({ room: ID, message: ID, file: Hash });

export const handler = methods({
  async GET(ctx) {
    const { userID } = sessionIn(ctx);
    const { kv, sync, memory, address } = ctx.state;
    const path = Path.try(ctx.params);
    if (!path.ok) throw noSuchFile();
    const { room, message: messageID, file: fileID } = path.value;
    const space = roomSpace(room);
    const [isReader, [found]] = await Promise.all([
      mayRead(sync, userID, space),
      sync.get(space, `message/${messageID}`),
    ]);
    const message = isReader ? found as Message | undefined : undefined;
    const file = message?.files?.find(({ id }) => id === fileID);
    const stored = message && file &&
      await storedFile(kv, uploaderOf(message), fileID);
    if (!stored) throw noSuchFile();
    return fileAnswer(ctx.req, kv, file, stored, memory.hold(address));
  },
});
