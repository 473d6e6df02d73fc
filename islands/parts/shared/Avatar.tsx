// A person's picture, over the initials that show until there is one. It stands beside their name, so screen readers skip it.
import { avatarURL, initialsOf, tintOf } from "../../../lib/chat/avatar.ts";
import type { Person } from "../../../lib/chat/views.ts";

export function Avatar({ id, name, avatar }: Person) {
  return (
    <span class={`avatar ${tintOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
      {avatar && <img src={avatarURL(id, avatar)} alt="" loading="lazy" />}
    </span>
  );
}
