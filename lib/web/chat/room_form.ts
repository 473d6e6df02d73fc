// Makes the room that a form asks for.
import { type Context, page, type PageResponse } from "fresh";
import { pageStrings } from "../../chat/strings/pages.ts";
import { readForm } from "../http/bodies.ts";
import { refusedForm } from "../http/errors.ts";
import { FORM } from "../http/forms_once.ts";
import type { State } from "../state.ts";
import { assertMayMakeRooms, createRoom } from "./rooms.ts";

/** A form for a room as it was filled in, with the reason when it was refused. */
export type RoomForm = { name: string; visibility: string; refusal: string };

/** Makes the room and leads there, or hands back what was filled in, with the reason why not. */
export async function makeRoomByForm(
  ctx: Context<State>,
): Promise<Response | PageResponse<RoomForm>> {
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
    ctx.state.title = pageStrings.lobby.create;
    return page({ name, visibility, refusal }, init);
  }
}
