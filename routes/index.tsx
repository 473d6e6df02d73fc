// The lobby: the rooms there are, and a form that makes a new one.
import { page } from "fresh";
import Lobby, { type LobbyProps } from "../islands/Lobby.tsx";
import { NameField } from "../islands/parts/shared/NameField.tsx";
import { pageStrings } from "../lib/chat/strings/pages.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { readForm } from "../lib/web/http/bodies.ts";
import { FORM, FormID } from "../lib/web/http/forms_once.ts";
import { refusedForm } from "../lib/web/http/errors.ts";
import { ownRoomsFor, roomQueryIn } from "../lib/web/chat/room_list.ts";
import { assertMayMakeRooms, createRoom } from "../lib/web/chat/rooms.ts";
import { define } from "../lib/web/state.ts";

const words = pageStrings.lobby;

export const handler = methods({
  async GET(ctx) {
    const { user, mayMakeRooms } = ctx.state;
    if (!user) return ctx.redirect("/signin", 303);
    ctx.state.title = words.title;
    const query = roomQueryIn(ctx.url);
    const lobby: LobbyProps = {
      userID: user.userID,
      page: await ownRoomsFor(ctx.state, user, query),
      q: query.q,
      after: ctx.url.searchParams.get("after") ?? undefined,
      mayMakeRooms,
    };
    return page({ lobby, name: "", visibility: "public", refusal: "" });
  },

  async POST(ctx) {
    const { sync, user, limits, formsOnce } = ctx.state;
    if (!user) return ctx.redirect("/signin", 303);
    assertMayMakeRooms(ctx.state);
    const { name, visibility, form } = await readForm(
      ctx,
      "name",
      "visibility",
      FORM,
    );
    try {
      await limits.count("room", user.userID);
      const { roomID } = await formsOnce.do(
        form,
        [user.userID, name, visibility],
        () => createRoom(sync, user, { name, visibility }),
      );
      return ctx.redirect(`/rooms/${roomID}`, 303);
    } catch (error) {
      const { refusal, init } = refusedForm(error);
      ctx.state.title = words.title;
      const rooms = await ownRoomsFor(ctx.state, user, { q: "" });
      const lobby: LobbyProps = {
        userID: user.userID,
        page: rooms,
        q: "",
        mayMakeRooms: true,
      };
      return page({ lobby, name, visibility, refusal }, init);
    }
  },
});

export default define.page<typeof handler>(function LobbyPage({ data }) {
  return (
    <main id="content" class="lobby">
      <div class="rooms-column">
        {data.lobby.mayMakeRooms && (
          <a class="to-new" href="#name">{words.create}</a>
        )}
        <h1>{words.title}</h1>
        <nav aria-label={pageStrings.rooms.label}>
          <Lobby {...data.lobby} />
        </nav>
      </div>
      {data.lobby.mayMakeRooms && <NewRoom {...data} />}
    </main>
  );
});

type NewRoomProps = { name: string; visibility: string; refusal: string };

function NewRoom({ name, visibility, refusal }: NewRoomProps) {
  return (
    <form class="card fields" method="post" action="/" aria-labelledby="new">
      <FormID />
      <h2 id="new">{words.create}</h2>
      <NameField
        label={words.name}
        name={name}
        refusal={refusal}
        autocomplete="off"
        autofocus={refusal !== ""}
      />
      <fieldset>
        <legend>{words.who}</legend>
        <label class="choice">
          <input
            type="radio"
            name="visibility"
            value="public"
            checked={visibility !== "private"}
          />
          <span>
            {words.everyone}
            <small>{words.everyoneHint}</small>
          </span>
        </label>
        <label class="choice">
          <input
            type="radio"
            name="visibility"
            value="private"
            checked={visibility === "private"}
          />
          <span>
            {words.invited}
            <small>{words.invitedHint}</small>
          </span>
        </label>
      </fieldset>
      <button type="submit">{words.submit}</button>
    </form>
  );
}
