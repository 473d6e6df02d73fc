// What the room is about and who is in it, above the messages.
import type { Member, Room } from "../../lib/chat/schema.ts";
import { spoken as texts } from "../../lib/chat/spoken.ts";
import { Avatar } from "./Avatar.tsx";

/** How many faces fit beside a topic on a phone. */
const FACES = 5;

export function RoomAbout(props: { room: Room; members: Member[] }) {
  const { room, members } = props;
  return (
    <div class="about">
      <p class="topic" dir="auto">{room.topic}</p>
      <p class="members">
        <span class="faces">
          {members.slice(0, FACES).map(({ id, name }) => (
            <Avatar key={id} userID={id} name={name} />
          ))}
        </span>
        <a href={`/rooms/${room.id}/people`}>
          {texts.room.members(members.length)}
        </a>
      </p>
    </div>
  );
}
