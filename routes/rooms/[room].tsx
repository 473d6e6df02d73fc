// A room: its newest messages in the HTML, and the island that brings them to life.
import { HttpError, page } from "fresh";
import { RoomsNavigation } from "../../islands/parts/rooms/RoomsNavigation.tsx";
import Rooms, { RoomNav } from "../../islands/Rooms.tsx";
import { Refusal } from "../../lib/chat/refusal.ts";
import { pageStrings } from "../../lib/chat/strings/pages.ts";
import { methods, toSignIn } from "../../lib/web/http/handlers.ts";
import { richTextsOf } from "../../lib/web/chat/rich_text.ts";
import { joinRoom } from "../../lib/web/chat/members.ts";
import { inboxUnreadFor, ownRoomsFor } from "../../lib/web/chat/room_list.ts";
import { viewRoom } from "../../lib/web/chat/rooms.ts";
import { define } from "../../lib/web/state.ts";

export const handler = methods({
  async GET(ctx) {
    const { user, mayMakeRooms } = ctx.state;
    if (!user) return toSignIn(ctx);
    const [view, { rooms }, inboxUnread] = await Promise.all([
      viewRoom(ctx.state, ctx.params.room, user.userID),
      ownRoomsFor(ctx.state, user, { q: "" }),
      inboxUnreadFor(ctx.state, user),
    ]);
    if (!view) throw new HttpError(404, pageStrings.visit.missing);
    const { id, name } = view.room;
    // The list tells direct messages apart that look the same.
    ctx.state.title = rooms.find(({ roomID }) => roomID === id)?.name ?? name;
    // Read here, so that the page shows them at once and without the parser.
    const richText = richTextsOf(view, user.name);
    return page({ user, mayMakeRooms, view, rooms, inboxUnread, richText });
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
      throw new HttpError(404, pageStrings.visit.missing);
    }
    return ctx.redirect(`/rooms/${room}`, 303);
  },
});

export default define.page<typeof handler>(function RoomPage({ data }) {
  const { user, mayMakeRooms, view, rooms, inboxUnread, richText } = data;
  const { userID } = user;
  const current = view.room.id;
  const list = { userID, rooms, current, mayMakeRooms, inboxUnread };
  return (
    <>
      <RoomsNavigation {...list}>
        <RoomNav {...list} />
      </RoomsNavigation>
      <main id="content" class="room">
        <Rooms user={user} view={view} richText={richText} />
        <noscript>
          <div class="without-script">
            <p>{pageStrings.visit.needsScript}</p>
          </div>
        </noscript>
      </main>
    </>
  );
});
