// An invitation to a room, opened: who invites where, and the button that joins.
import { HttpError, page } from "fresh";
import { Refusal } from "../../../lib/chat/refusal.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import { pageStrings } from "../../../lib/chat/strings/pages.ts";
import { WITH_SECRET } from "../../../lib/web/http/compressed.ts";
import { methods, toSignIn } from "../../../lib/web/http/handlers.ts";
import { findInvitation, joinRoom } from "../../../lib/web/chat/members.ts";
import { define } from "../../../lib/web/state.ts";

const words = pageStrings.invite;

export const handler = methods({
  async GET(ctx) {
    const { params, state } = ctx;
    const { sync, user } = state;
    if (!user) return toSignIn(ctx);
    const { room, secret } = params;
    const invitation = await findInvitation(
      sync,
      room,
      secret,
      user.userID,
    );
    if (!invitation) throw new HttpError(404, words.missing);
    const [member] = await sync.get(roomSpace(room), `member/${user.userID}`);
    if (member) return ctx.redirect(`/rooms/${room}`, 303);
    state.title = invitation.room;
    return page(invitation, { headers: WITH_SECRET });
  },

  async POST(ctx) {
    const { params, state } = ctx;
    const { sync, user } = state;
    if (!user) return toSignIn(ctx);
    const { room, secret } = params;
    try {
      await joinRoom(sync, user, room, secret);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === "not-allowed") {
        throw new HttpError(403, error.message);
      }
      throw new HttpError(404, words.missing);
    }
    return ctx.redirect(`/rooms/${room}`, 303);
  },
});

export default define.page<typeof handler>(function InvitePage({ data, url }) {
  return (
    <main id="content" class="narrow notice">
      <p>{words.by(data.by)}</p>
      <h1 dir="auto">{data.room}</h1>
      <p>{words.text}</p>
      <form class="row" method="post" action={url.pathname}>
        <button type="submit">{pageStrings.joining.join}</button>
        <a class="button quiet" href="/">{words.later}</a>
      </form>
    </main>
  );
});
