// The rooms with none of them open yet. The service worker stores this page, and shows it for each room without a network.
import { page } from "fresh";
import Rooms, { RoomNav } from "../../islands/Rooms.tsx";
import { pageStrings } from "../../lib/chat/strings/pages.ts";
import { methods, toSignIn } from "../../lib/web/http/handlers.ts";
import { ownRoomsFor } from "../../lib/web/chat/room_list.ts";
import { define } from "../../lib/web/state.ts";

export const handler = methods({
  async GET(ctx) {
    const { user } = ctx.state;
    if (!user) return toSignIn(ctx);
    const { rooms } = await ownRoomsFor(ctx.state, user, { q: "" });
    ctx.state.title = pageStrings.rooms.label;
    return page({ user, rooms });
  },
});

export default define.page<typeof handler>(function RoomsPage({ data }) {
  const { user, rooms } = data;
  return (
    <>
      <nav class="rooms" aria-label={pageStrings.rooms.label}>
        <RoomNav userID={user.userID} rooms={rooms} />
      </nav>
      <main id="content" class="room">
        <Rooms user={user} />
      </main>
    </>
  );
});
