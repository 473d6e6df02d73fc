// What the room is about and who is in it, above the messages, and what one can do with it.
import type { ComponentChildren } from "preact";
import type { Member, Room } from "../../../lib/chat/schema.ts";
import { spoken as texts } from "../../../lib/chat/spoken.ts";
import { Avatar } from "../Avatar.tsx";

/** How many faces fit beside a topic. */
const FACES = 5;

type RoomAboutProps = {
  room: Room;
  members: Member[];
  children: ComponentChildren;
};

export function RoomAbout({ room, members, children }: RoomAboutProps) {
  return (
    <div class="about">
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
      <p class="topic" dir="auto" title={room.topic}>{room.topic}</p>
      {children}
    </div>
  );
}
