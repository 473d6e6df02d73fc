// What the list of rooms needs once it is used, or changes: loaded then.
import "../shared/shared_chunk.ts";
export { showRoomList } from "./LiveRoomList.tsx";
export { roomAt } from "./room_at.ts";
