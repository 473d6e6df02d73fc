// The lobby: one's own rooms in the list, and the others to be found.
import { page } from "fresh";
import Lobby, { type LobbyProps } from "../islands/Lobby.tsx";
import { NewRoomPage } from "../islands/parts/rooms/NewRoomPage.tsx";
import { RoomsNavigation } from "../islands/parts/rooms/RoomsNavigation.tsx";
import { RoomNav } from "../islands/Rooms.tsx";
import { pageStrings } from "../lib/chat/strings/pages.ts";
import type { RoomSummary } from "../lib/chat/views.ts";
import { makeRoomByForm, type RoomForm } from "../lib/web/chat/room_form.ts";
import {
  inboxUnreadFor,
  ownRoomsFor,
  roomQueryIn,
} from "../lib/web/chat/room_list.ts";
import { FormID } from "../lib/web/http/forms_once.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { define } from "../lib/web/state.ts";

const words = pageStrings.lobby;

type Found = { lobby: LobbyProps; rooms: RoomSummary[]; inboxUnread: number };

export const handler = methods<Found | RoomForm>({
  async GET(ctx) {
    const { user, mayMakeRooms } = ctx.state;
    if (!user) return ctx.redirect("/signin", 303);
    ctx.state.title = words.title;
    const query = roomQueryIn(ctx.url);
    const found = await ownRoomsFor(ctx.state, user, query);
    const { rooms } = query.q || query.after
      ? await ownRoomsFor(ctx.state, user, { q: "" })
      : found;
    const lobby: LobbyProps = {
      userID: user.userID,
      page: found,
      q: query.q,
      after: ctx.url.searchParams.get("after") ?? undefined,
      mayMakeRooms,
    };
    const inboxUnread = await inboxUnreadFor(ctx.state, user);
    return page({ lobby, rooms, inboxUnread });
  },

  // Tabs that the last release has open have the form for a room here.
  POST: makeRoomByForm,
});

export default define.page<typeof handler>(function LobbyPage({ data }) {
  if ("refusal" in data) {
    return (
      <NewRoomPage {...data}>
        <FormID />
      </NewRoomPage>
    );
  }
  const { lobby, rooms, inboxUnread } = data;
  const { userID, mayMakeRooms } = lobby;
  const list = { userID, rooms, mayMakeRooms, inboxUnread };
  return (
    <>
      <RoomsNavigation {...list}>
        <RoomNav {...list} opensOwn />
      </RoomsNavigation>
      <main id="content" class="lobby">
        <h1>{words.title}</h1>
        <Lobby {...lobby} isBesideList />
      </main>
    </>
  );
});
