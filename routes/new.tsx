// A new room: the form, for where the list of rooms does not open it in a dialog.
import { page } from "fresh";
import { NewRoomPage } from "../islands/parts/rooms/NewRoomPage.tsx";
import { pageStrings } from "../lib/chat/strings/pages.ts";
import { makeRoomByForm, type RoomForm } from "../lib/web/chat/room_form.ts";
import { assertMayMakeRooms } from "../lib/web/chat/rooms.ts";
import { FormID } from "../lib/web/http/forms_once.ts";
import { methods, toSignIn } from "../lib/web/http/handlers.ts";
import { define } from "../lib/web/state.ts";

export const handler = methods<RoomForm>({
  GET(ctx) {
    if (!ctx.state.user) return toSignIn(ctx);
    assertMayMakeRooms(ctx.state);
    ctx.state.title = pageStrings.lobby.create;
    return page({ name: "", visibility: "public", refusal: "" });
  },
  POST: makeRoomByForm,
});

export default define.page<typeof handler>(function NewRoom({ data }) {
  return (
    <NewRoomPage {...data}>
      <FormID />
    </NewRoomPage>
  );
});
