// Deleting one's account: what that means, and a form that takes one's name to be sure.
import { page } from "fresh";
import DeleteAccount from "../../islands/DeleteAccount.tsx";
import { pageStrings } from "../../lib/chat/strings/pages.ts";
import type { User } from "../../lib/chat/views.ts";
import { methods, toSignIn } from "../../lib/web/http/handlers.ts";
import { readForm } from "../../lib/web/http/bodies.ts";
import { assertOwnName } from "../../lib/web/chat/profile.ts";
import { refusedForm } from "../../lib/web/http/errors.ts";
import { isSecure } from "../../lib/web/http/origin.ts";
import { CLEAR_SITE_DATA, clearedCookie } from "../../lib/web/auth/session.ts";
import { define } from "../../lib/web/state.ts";

const words = pageStrings.deletion;

type Data = { user: User; typed: string; refusal?: string };

export const handler = methods({
  GET(ctx) {
    const { user } = ctx.state;
    if (!user) return toSignIn(ctx);
    ctx.state.title = words.title;
    return page<Data>({ user, typed: "" });
  },

  async POST(ctx) {
    const { state } = ctx;
    const { user, accountDeletions } = state;
    if (!user) return toSignIn(ctx);
    const { name } = await readForm(ctx, "name");
    try {
      assertOwnName(user, name);
    } catch (error) {
      const { refusal, init } = refusedForm(error);
      state.title = words.title;
      return page<Data>({ user, typed: name, refusal }, init);
    }
    await accountDeletions.delete(user.userID);
    const cookie = clearedCookie(isSecure(ctx));
    return new Response(null, {
      status: 303,
      headers: {
        location: "/signin?deleted",
        "set-cookie": cookie,
        ...CLEAR_SITE_DATA,
      },
    });
  },
});

export default define.page<typeof handler>(function DeletePage({ data }) {
  return (
    <main id="content" class="settings deletion">
      <p>
        <a href="/settings">{words.back}</a>
      </p>
      <h1>{words.title}</h1>
      <ul>
        {words.means.map((sentence) => <li key={sentence}>{sentence}</li>)}
      </ul>
      <DeleteAccount {...data} />
    </main>
  );
});
