// What the room is about and who is in it, above the messages, and what one can do with it.
import type { ComponentChildren } from "preact";
import type { Member, Room } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { online } from "../shared/room_store.ts";

/** How many faces fit beside a topic. */
const FACES = 5;

type RoomHeaderProps = {
  room: Room;
  members: Member[];
  /** Without a connection nobody knows who is there. */
  connected: boolean;
  children: ComponentChildren;
};

export function RoomHeader(props: RoomHeaderProps) {
  const { room, members, connected, children } = props;
  const isThere = ({ id }: Member) => connected && online.value.includes(id);
  const there = members.filter(isThere);
  // Who is there comes first.
  const faces = [...new Set([...there, ...members])].slice(0, FACES);
  return (
    <div class="about">
      <p class="members">
        <span class="faces">
          {faces.map((member) => (
            <span
              key={member.id}
              class={isThere(member) ? "face online" : "face"}
            >
              <Avatar userID={member.id} name={member.name} />
            </span>
          ))}
        </span>
        <a href={`/rooms/${room.id}/people`}>
          {texts.room.members(members.length)}
        </a>
        {there.length > 0 && <span>{texts.room.online(there.length)}</span>}
      </p>
      <p class="topic" dir="auto" title={room.topic}>{room.topic}</p>
      {children}
    </div>
  );
}
