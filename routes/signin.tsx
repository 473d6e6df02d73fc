// Sign-in: a name is enough. A plain form, so that it works before any script or without one.
import { NameField } from "../islands/parts/shared/NameField.tsx";
import { page } from "fresh";
import { GENERAL } from "../lib/chat/spaces.ts";
import { pageStrings } from "../lib/chat/strings/pages.ts";
import { methods } from "../lib/web/http/handlers.ts";
import { readForm } from "../lib/web/http/bodies.ts";
import { FORM, FormID } from "../lib/web/http/forms_once.ts";
import { isSecure } from "../lib/web/http/origin.ts";
import { refusedForm } from "../lib/web/http/errors.ts";
import { newPerson, openSession } from "../lib/web/auth/session.ts";
import { invitedBy } from "../lib/web/auth/invited.ts";
import type { Invited } from "../lib/web/chat/members.ts";
import { define } from "../lib/web/state.ts";

type Data = {
  name: string;
  refusal?: string;
  deleted?: boolean;
  /** By whom and to which room the person is invited, if they are. */
  invitation?: Invited;
  /** Whether it takes an invitation, and this person has none. */
  closed?: boolean;
};

export const handler = methods({
  async GET(ctx) {
    const { user, sync, invitedOnly } = ctx.state;
    const next = nextOf(ctx.url);
    if (user) return ctx.redirect(next, 303);
    ctx.state.title = pageStrings.signIn.title;
    const deleted = ctx.url.searchParams.has("deleted");
    const invitation = await invitedBy(sync, next);
    const closed = invitedOnly && !invitation;
    return page<Data>({ name: "", deleted, invitation, closed });
  },

  async POST(ctx) {
    // Before the form is read; but what was typed is to be shown again.
    const counted = ctx.state.limits.count("signIn", ctx.state.address);
    counted.catch(() => {});
    const { name, form } = await readForm(ctx, "name", FORM);
    try {
      await counted;
      const invitation = await invitedBy(ctx.state.sync, nextOf(ctx.url));
      if (ctx.state.invitedOnly && !invitation) {
        ctx.state.title = pageStrings.signIn.title;
        return page<Data>({ name, closed: true }, { status: 403 });
      }
      const { userID } = await ctx.state.formsOnce.do(
        form,
        [name],
        () => newPerson(ctx.state, { name }),
      );
      const cookie = await openSession(ctx.state, userID, isSecure(ctx));
      return new Response(null, {
        status: 303,
        headers: { location: firstRoom(ctx.url), "set-cookie": cookie },
      });
    } catch (error) {
      const { refusal, init } = refusedForm(error);
      ctx.state.title = pageStrings.signIn.title;
      const { sync, invitedOnly } = ctx.state;
      const invitation = await invitedBy(sync, nextOf(ctx.url));
      const closed = invitedOnly && !invitation;
      return page<Data>({ name, refusal, invitation, closed }, init);
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

/** Where a new person goes: to General, which they are in, unless they were on their way elsewhere. */
const firstRoom = (here: URL): string =>
  here.searchParams.has("next") ? nextOf(here) : `/rooms/${GENERAL}`;

export default define.page<typeof handler>(function SignIn({ data }) {
  const { name, refusal, deleted, invitation, closed } = data;
  const words = pageStrings.signIn;
  return (
    <main id="content" class="narrow welcome">
      <img src="/icon.svg" alt="" width="72" height="72" />
      <h1>{pageStrings.product}</h1>
      <p class="tagline">{pageStrings.tagline}</p>
      {invitation && (
        <p class="invited" dir="auto">
          {pageStrings.invite.to(invitation.room, invitation.by)}
        </p>
      )}
      {deleted && (
        <p class="saved" role="status">{pageStrings.deletion.done}</p>
      )}
      {closed
        ? <p class="invited">{words.invitedOnly}</p>
        : <SignInForm name={name} refusal={refusal} />}
    </main>
  );
});

/**
 * It posts to where it stands, with the fragment that only the browser knows:
 * it keeps that on the way through redirects, to the message of a link.
 */
function SignInForm({ name, refusal }: Pick<Data, "name" | "refusal">) {
  const words = pageStrings.signIn;
  return (
    <form class="card fields" method="post">
      <FormID />
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
  );
}
