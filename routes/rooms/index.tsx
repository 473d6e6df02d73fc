// The rooms with none of them open yet. The service worker stores this page, and shows it for each room without a network.
import { page } from "fresh";
import { RoomsNavigation } from "../../islands/parts/rooms/RoomsNavigation.tsx";
import Rooms, { RoomNav } from "../../islands/Rooms.tsx";
import { pageStrings } from "../../lib/chat/strings/pages.ts";
import { blockedPeople } from "../../lib/web/chat/blocking.ts";
import { methods, toSignIn } from "../../lib/web/http/handlers.ts";
import { inboxUnreadFor, ownRoomsFor } from "../../lib/web/chat/room_list.ts";
import { define } from "../../lib/web/state.ts";

export const handler = methods({
  async GET(ctx) {
    const { sync, user, mayMakeRooms } = ctx.state;
    if (!user) return toSignIn(ctx);
    const [{ rooms }, inboxUnread, blocked] = await Promise.all([
      ownRoomsFor(ctx.state, user, { q: "" }),
      inboxUnreadFor(ctx.state, user),
      blockedPeople(sync, user.userID),
    ]);
    ctx.state.title = pageStrings.rooms.label;
    return page({ user, mayMakeRooms, rooms, inboxUnread, blocked });
  },
});

export default define.page<typeof handler>(function RoomsPage({ data }) {
  const { user, mayMakeRooms, rooms, inboxUnread, blocked } = data;
  const list = { userID: user.userID, rooms, mayMakeRooms, inboxUnread };
  return (
    <>
      <RoomsNavigation {...list}>
        <RoomNav {...list} />
      </RoomsNavigation>
      <main id="content" class="room">
        <Rooms user={user} blocked={blocked} />
      </main>
    </>
  );
});
