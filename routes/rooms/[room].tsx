// A room: its newest messages in the HTML, and the island that brings them to life.
import { HttpError, page } from "fresh";
import { RoomsNavigation } from "../../islands/parts/rooms/RoomsNavigation.tsx";
import Rooms, { RoomNav, type RoomOnPage } from "../../islands/Rooms.tsx";
import { Refusal } from "../../lib/chat/refusal.ts";
import { isDirect } from "../../lib/chat/spaces.ts";
import { pageStrings } from "../../lib/chat/strings/pages.ts";
import { methods, toSignIn } from "../../lib/web/http/handlers.ts";
import { blockedPeople } from "../../lib/web/chat/blocking.ts";
import { richTextsOf } from "../../lib/web/chat/rich_text.ts";
import { joinRoom } from "../../lib/web/chat/members.ts";
import { inboxUnreadFor, ownRoomsFor } from "../../lib/web/chat/room_list.ts";
import { viewRoom } from "../../lib/web/chat/rooms.ts";
import { define } from "../../lib/web/state.ts";

const { visit } = pageStrings;

export const handler = methods({
  async GET(ctx) {
    const { sync, user, mayMakeRooms } = ctx.state;
    const { room: roomID } = ctx.params;
    if (!user) return toSignIn(ctx);
    const [view, { rooms }, inboxUnread] = await Promise.all([
      viewRoom(ctx.state, roomID, user.userID),
      ownRoomsFor(ctx.state, user, { q: "" }),
      inboxUnreadFor(ctx.state, user),
    ]);
    const data = { user, mayMakeRooms, rooms, inboxUnread };
    if (view) {
      // The list tells direct messages apart that look the same.
      const listed = rooms.find((each) => each.roomID === view.room.id);
      ctx.state.title = listed?.name ?? view.room.name;
      // Read here, so that the page shows them at once and without the parser.
      const richText = richTextsOf(view, user.name);
      const room: RoomOnPage = { view, richText };
      return page({ ...data, room });
    }
    // The device may have begun direct messages, and not told of them yet: the
    // page looks for its copy, and asks once more, with a query, if there is none.
    if (!isDirect(roomID) || ctx.url.search !== "") {
      throw new HttpError(404, visit.missing);
    }
    ctx.state.title = pageStrings.rooms.label;
    const blocked = await blockedPeople(sync, user.userID);
    return page({ ...data, room: { blocked } }, { status: 404 });
  },

  // The button that joins, before any script or without one.
  async POST(ctx) {
    const { sync, user } = ctx.state;
    const { room } = ctx.params;
    if (!user) return toSignIn(ctx);
    try {
      await joinRoom(sync, user, room);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === "not-allowed") {
        throw new HttpError(403, error.message);
      }
      throw new HttpError(404, visit.missing);
    }
    return ctx.redirect(`/rooms/${room}`, 303);
  },
});

export default define.page<typeof handler>(function RoomPage({ data }) {
  const { user, mayMakeRooms, rooms, inboxUnread, room } = data;
  const { userID } = user;
  const current = room.view?.room.id;
  const list = { userID, rooms, current, mayMakeRooms, inboxUnread };
  return (
    <>
      <RoomsNavigation {...list}>
        <RoomNav {...list} />
      </RoomsNavigation>
      <main id="content" class="room">
        <Rooms user={user} {...room} />
        <noscript>
          <div class="without-script">
            <p>{room.view ? visit.needsScript : visit.missing}</p>
          </div>
        </noscript>
      </main>
    </>
  );
});
