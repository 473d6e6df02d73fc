// The list of rooms: one's own first, then the public ones, which opening joins.
import "./parts/shared/shared_chunk.ts";
import { lobbyStrings } from "../lib/chat/strings/lobby.ts";
import type { RoomSummary } from "../lib/chat/views.ts";
import { useRooms } from "./parts/rooms/useRooms.ts";

const words = lobbyStrings;

type LobbyProps = { userID: string; rooms: RoomSummary[] };

export default function Lobby({ userID, rooms: html }: LobbyProps) {
  const rooms = useRooms(userID, html).value;
  const yours = rooms.filter(({ member }) => member);
  const others = rooms.filter(({ member }) => !member);
  return (
    <>
      <section>
        <h2>{words.yours}</h2>
        {yours.length > 0
          ? <RoomCards rooms={yours} />
          : <p class="empty">{words.noneOfYours}</p>}
      </section>
      {others.length > 0 && (
        <section>
          <h2>{words.others}</h2>
          <p class="hint">{words.joining}</p>
          <RoomCards rooms={others} />
        </section>
      )}
    </>
  );
}

function RoomCards({ rooms }: { rooms: RoomSummary[] }) {
  return (
    <ul class="room-cards">
      {rooms.map((room) => (
        <li key={room.roomID}>
          <a href={`/rooms/${room.roomID}`}>
            <strong dir="auto">{room.name}</strong>
            {room.visibility === "private" && (
              <span class="badge">{words.private}</span>
            )}
            <span class="topic" dir="auto">{room.topic}</span>
            <span class="amount">{amountOf(room)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function amountOf({ onDevice, member, messageCount, readSeq }: RoomSummary) {
  if (onDevice === false) return words.notOnDevice;
  const unread = messageCount - readSeq;
  return member && unread > 0
    ? words.unread(unread)
    : words.messages(messageCount);
}
