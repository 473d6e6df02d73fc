// The lobby: the rooms there are, and a form that makes a new one.
import { type Context, page } from "fresh";
import Lobby, { type LobbyProps } from "../islands/Lobby.tsx";
import { NameField } from "../islands/parts/shared/NameField.tsx";
import { pageStrings } from "../lib/chat/strings/pages.ts";
import type { User } from "../lib/chat/views.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { readForm } from "../lib/web/http/bodies.ts";
import { FORM, FormID } from "../lib/web/http/forms_once.ts";
import { refusedForm } from "../lib/web/http/errors.ts";
import { ownRoomsFor, roomQueryIn } from "../lib/web/chat/room_list.ts";
import { assertMayMakeRooms, createRoom } from "../lib/web/chat/rooms.ts";
import { define, type State } from "../lib/web/state.ts";

const words = pageStrings.lobby;

export const handler = methods({
  async GET(ctx) {
    const { user } = ctx.state;
    if (!user) return ctx.redirect("/signin", 303);
    const lobby = await lobbyFor(ctx, user);
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
      const lobby = await lobbyFor(ctx, user);
      return page({ lobby, name, visibility, refusal }, init);
    }
  },
});

/** What the lobby shows at this address, before a form and after one that was refused. */
async function lobbyFor(
  { state, url }: Context<State>,
  user: User,
): Promise<LobbyProps> {
  state.title = words.title;
  const query = roomQueryIn(url);
  return {
    userID: user.userID,
    page: await ownRoomsFor(state, user, query),
    q: query.q,
    after: url.searchParams.get("after") ?? undefined,
    mayMakeRooms: state.mayMakeRooms,
  };
}

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
    <form class="card fields" method="post" aria-labelledby="new">
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
