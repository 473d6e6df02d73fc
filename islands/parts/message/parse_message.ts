// What parses messages: loaded once there is one that the server has not parsed.
import "../shared/shared_chunk.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
export { messageParser } from "../../../lib/chat/message_text.ts";

export const loadGfm = async () =>
  (await loadScript(() => import("../../../lib/chat/markdown_gfm.ts"))).gfm;
