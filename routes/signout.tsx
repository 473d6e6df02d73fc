// Signing out: ended by a POST, so that no link or prefetch can do it; GET asks first.
import { page } from "fresh";
import SignOut from "../islands/SignOut.tsx";
import { pageStrings } from "../lib/chat/strings/pages.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { signInLinkMadeAt } from "../lib/web/auth/sign_in_link.ts";
import { isSecure } from "../lib/web/http/origin.ts";
import { CLEAR_SITE_DATA, signOut } from "../lib/web/auth/session.ts";
import { define } from "../lib/web/state.ts";

export const handler = methods({
  async GET(ctx) {
    const { user, kv } = ctx.state;
    if (!user) return ctx.redirect("/signin", 303);
    ctx.state.title = pageStrings.signOut;
    const hasLink = await signInLinkMadeAt(kv, user.userID) !== null;
    return page({ user, hasLink });
  },

  async POST(ctx) {
    const cookie = await signOut(ctx.state, isSecure(ctx));
    return new Response(null, {
      status: 303,
      headers: {
        location: "/signin",
        "set-cookie": cookie,
        ...CLEAR_SITE_DATA,
      },
    });
  },
});

export default define.page<typeof handler>(function SignOutPage({ data }) {
  const { user, hasLink } = data;
  return (
    <main id="content" class="narrow notice">
      <h1>{pageStrings.leave.title}</h1>
      <p dir="auto">{pageStrings.leave.text(user.name)}</p>
      <p class={hasLink ? undefined : "refusal"}>
        {hasLink ? pageStrings.leave.withLink : pageStrings.leave.withoutLink}
      </p>
      <SignOut userID={user.userID} hasLink={hasLink} />
      <noscript>
        <form method="post" action="/signout">
          <button type="submit">{pageStrings.signOut}</button>
        </form>
      </noscript>
    </main>
  );
});
