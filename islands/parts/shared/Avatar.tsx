// A person's initials on their colour. It stands beside their name, so screen readers skip it.
import { initialsOf, tintOf } from "../../../lib/chat/avatar.ts";

export function Avatar({ userID, name }: { userID: string; name: string }) {
  return (
    <span class={`avatar ${tintOf(userID)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
