// The inbox: what mentions a person, answers them or is for them alone, and what they have saved for later.
import { page } from "fresh";
import Inbox from "../islands/Inbox.tsx";
import { RoomsNavigation } from "../islands/parts/rooms/RoomsNavigation.tsx";
import { RoomNav } from "../islands/Rooms.tsx";
import { inboxIn, unreadOf } from "../lib/chat/inbox.ts";
import { userSpace } from "../lib/chat/spaces.ts";
import { inboxStrings } from "../lib/chat/strings/inbox.ts";
import { actorOf } from "../lib/web/chat/domain.ts";
import { ownRoomsFor } from "../lib/web/chat/room_list.ts";
import { methods, toSignIn } from "../lib/web/http/handlers.ts";
import { define } from "../lib/web/state.ts";

export const handler = methods({
  async GET(ctx) {
    const { sync, held, user, mayMakeRooms } = ctx.state;
    if (!user) return toSignIn(ctx);
    const { userID } = user;
    ctx.state.title = inboxStrings.title;
    const { rooms } = await ownRoomsFor(ctx.state, user, { q: "" });
    const own = await sync.view(
      userSpace(userID),
      actorOf(userID),
      1,
      held.tryAdd,
    );
    const directRooms = rooms.filter(({ direct }) => direct)
      .map(({ roomID, people }) => ({ roomID, people }));
    const inbox = { user, directRooms, ...await inboxIn(own) };
    const inboxUnread = unreadOf(inbox);
    return page({
      list: { userID, rooms, mayMakeRooms, inboxUnread, isInbox: true },
      inbox,
    });
  },
});

export default define.page<typeof handler>(function InboxPage({ data }) {
  const { list, inbox } = data;
  return (
    <>
      <RoomsNavigation {...list}>
        <RoomNav {...list} opensOwn />
      </RoomsNavigation>
      <main id="content" class="inbox">
        <h1>{inboxStrings.title}</h1>
        <Inbox {...inbox} />
      </main>
    </>
  );
});
