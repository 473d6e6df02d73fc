// A person at a glance. Beside their name it adds nothing to hear, so it is hidden there.
import { initialsOf, tintOf } from "../../../lib/chat/avatar.ts";

export function Avatar({ userID, name }: { userID: string; name: string }) {
  return (
    <span class={`avatar ${tintOf(userID)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
