// What parses messages: loaded once there is one that the server has not parsed.
import "../shared/shared_chunk.ts";
export { messageParser } from "../../../lib/chat/message_text.ts";
