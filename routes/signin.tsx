// Sign-in: a name is enough. A plain form, so that it works before any script or without one.
import { NameField } from "../islands/parts/shared/NameField.tsx";
import { page } from "fresh";
import { pageStrings } from "../lib/chat/strings/pages.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { readForm } from "../lib/web/http/bodies.ts";
import { addressOf } from "../lib/web/http/rate_limits.ts";
import { isSecure } from "../lib/web/http/origin.ts";
import { refusedForm } from "../lib/web/http/errors.ts";
import { signIn } from "../lib/web/auth/session.ts";
import { define } from "../lib/web/state.ts";

type Data = { name: string; refusal?: string; deleted?: boolean };

export const handler = methods({
  GET(ctx) {
    if (ctx.state.user) return ctx.redirect(nextOf(ctx.url), 303);
    ctx.state.title = pageStrings.signIn.title;
    const deleted = ctx.url.searchParams.has("deleted");
    return page<Data>({ name: "", deleted });
  },

  async POST(ctx) {
    const { name } = await readForm(ctx.req, "name");
    try {
      const address = addressOf(ctx.req, ctx.info, ctx.config.trustProxy);
      await ctx.state.limits.count("signIn", address);
      const { cookie } = await signIn(ctx.state, { name }, isSecure(ctx));
      return new Response(null, {
        status: 303,
        headers: { location: nextOf(ctx.url), "set-cookie": cookie },
      });
    } catch (error) {
      const { refusal, init } = refusedForm(error);
      ctx.state.title = pageStrings.signIn.title;
      return page<Data>({ name, refusal }, init);
    }
  },
});

/** Where to go afterwards: a path of this site only, or the lobby. */
function nextOf(here: URL): string {
  const next = URL.parse(here.searchParams.get("next") ?? "/", here.origin);
  // `/.//other.example` has our origin and yet a path that leads away.
  if (next?.origin !== here.origin || next.pathname.startsWith("//")) {
    return "/";
  }
  return next.pathname + next.search + next.hash;
}

export default define.page<typeof handler>(function SignIn({ data }) {
  const { name, refusal, deleted } = data;
  const words = pageStrings.signIn;
  return (
    <main id="content" class="narrow welcome">
      <img src="/icon.svg" alt="" width="72" height="72" />
      <h1>{pageStrings.product}</h1>
      <p class="tagline">{pageStrings.tagline}</p>
      {deleted && (
        <p class="saved" role="status">{pageStrings.deletion.done}</p>
      )}
      {
        /* To where it stands, with the fragment that only the browser knows: it
        keeps it on the way through redirects, to the message of a link. */
      }
      <form class="card fields" method="post">
        <NameField
          label={words.name}
          name={name}
          refusal={refusal}
          autocomplete="nickname"
          autofocus
          hint={words.hint}
        />
        <button type="submit">{words.submit}</button>
      </form>
    </main>
  );
});
