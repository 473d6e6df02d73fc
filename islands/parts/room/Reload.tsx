// Says that the page lacks something of its own, and offers to load it again.
import { roomStrings } from "../../../lib/chat/strings/room.ts";

export function Reload() {
  return (
    <div class="refusal reload" role="alert">
      <p>{roomStrings.room.notAlive}</p>
      <button type="button" onClick={() => location.reload()}>
        {roomStrings.room.reload}
      </button>
    </div>
  );
}
