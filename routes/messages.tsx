// A new message to somebody: the way to them, for where the list of rooms does not open it in a dialog.
import { page } from "fresh";
import { pageStrings } from "../lib/chat/strings/pages.ts";
import { ownRoomsFor } from "../lib/web/chat/room_list.ts";
import { methods, toSignIn } from "../lib/web/http/handlers.ts";
import { define } from "../lib/web/state.ts";

const words = pageStrings.newMessage;

export const handler = methods({
  async GET(ctx) {
    const { user } = ctx.state;
    if (!user) return toSignIn(ctx);
    ctx.state.title = words.title;
    const { rooms } = await ownRoomsFor(ctx.state, user, { q: "" });
    return page({
      rooms: rooms.filter(({ member, direct }) => member && !direct),
    });
  },
});

export default define.page<typeof handler>(function NewMessage({ data }) {
  const { rooms } = data;
  return (
    <main id="content" class="narrow">
      <div class="card">
        <h1>{words.title}</h1>
        <p>{rooms.length === 0 ? words.none : words.text}</p>
        <ul class="rooms-of-people">
          {rooms.map(({ roomID, name }) => (
            <li key={roomID}>
              <a href={`/rooms/${roomID}/people`} dir="auto">{name}</a>
            </li>
          ))}
        </ul>
      </div>
    </main>
  );
});
