// Signing out: ended by a POST, so that no link or prefetch can do it; GET asks first.
import { page } from "fresh";
import { texts } from "../lib/chat/texts.ts";
import { methods } from "../lib/web/answers.ts";
import { signOut } from "../lib/web/session.ts";
import { define } from "../lib/web/state.ts";

export const handler = methods({
  GET(ctx) {
    const { user } = ctx.state;
    if (!user) return ctx.redirect("/signin", 303);
    ctx.state.title = texts.signOut;
    return page({ name: user.name });
  },

  async POST(ctx) {
    const cookie = await signOut(ctx.state, ctx.req);
    return new Response(null, {
      status: 303,
      headers: { location: "/signin", "set-cookie": cookie },
    });
  },
});

export default define.page<typeof handler>(function SignOut({ data }) {
  return (
    <main id="content" class="narrow notice">
      <h1>{texts.leave.title}</h1>
      <p dir="auto">{texts.leave.text(data.name)}</p>
      <form class="row" method="post" action="/signout">
        <button type="submit">{texts.signOut}</button>
        <a class="button quiet" href="/">{texts.leave.stay}</a>
      </form>
    </main>
  );
});
