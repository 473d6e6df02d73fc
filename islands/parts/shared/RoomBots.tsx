// The bots of a room, and what of it they are told; for owners the way to change that.
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";
import { botStrings } from "../../../lib/chat/strings/bots.ts";
import type { PeopleView } from "../../../lib/chat/views.ts";

type RoomBotsProps = Pick<PeopleView, "bots" | "me" | "room">;

export function RoomBots({ bots, me, room }: RoomBotsProps) {
  const isOwner = me?.role === "owner";
  if (bots.length === 0 && !isOwner) return null;
  const tagOf = nameTagsFor([]);
  return (
    <section class="card" aria-labelledby="bots">
      <h2 id="bots">{botStrings.bots}</h2>
      <ul class="invitations">
        {bots.map((bot) => (
          <li key={bot.id}>
            <span>
              <strong dir="auto">{bot.name}</strong>{" "}
              <span class="name-tag">{tagOf(bot)}</span>{" "}
              {botStrings.hears[bot.hears]}
            </span>
          </li>
        ))}
      </ul>
      {isOwner && <a href={`/rooms/${room.id}/bots`}>{botStrings.manage}</a>}
    </section>
  );
}
