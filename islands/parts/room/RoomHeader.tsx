// Above the messages: who is in the room and online, and its topic. What one can do with the room follows as its children.
import type { ComponentChildren } from "preact";
import type { Member, Room } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { onlineUserIDs } from "../shared/room_store.ts";

/** How many faces fit beside a topic. */
const MAX_FACES = 5;

type RoomHeaderProps = {
  room: Room;
  members: Member[];
  /** Without a connection it is unknown who is online. */
  connected: boolean;
  children: ComponentChildren;
};

export function RoomHeader(props: RoomHeaderProps) {
  const { room, members, connected, children } = props;
  const isOnline = ({ id }: Member) =>
    connected && onlineUserIDs.value.includes(id);
  const online = members.filter(isOnline);
  // Those who are online come first.
  const faces = [...new Set([...online, ...members])].slice(0, MAX_FACES);
  return (
    <div class="about">
      <p class="members">
        <span class="faces">
          {faces.map((member) => (
            <span
              key={member.id}
              class={isOnline(member) ? "face online" : "face"}
            >
              <Avatar {...member} />
            </span>
          ))}
        </span>
        <a href={`/rooms/${room.id}/people`}>
          {roomStrings.room.members(members.length)}
        </a>
        {room.visibility === "private" && !room.direct && (
          <span class="badge">{roomStrings.room.private}</span>
        )}
        {online.length > 0 && (
          <span>{roomStrings.room.online(online.length)}</span>
        )}
      </p>
      <p class="topic" dir="auto" title={room.topic}>{room.topic}</p>
      {children}
    </div>
  );
}
