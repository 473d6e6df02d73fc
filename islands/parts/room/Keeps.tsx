// What becomes of what one writes while there is no network, or no disk.
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { Status } from "../../../lib/replica/mod.ts";

const words = roomOnUseStrings.keeps;

export function Keeps({ inMemory, unsent }: Status) {
  const what = inMemory ? "nothing" : unsent > 0 ? "unsent" : "all";
  return <span class="keeps">{words[what]}</span>;
}
