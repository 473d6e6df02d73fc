// A private sign-in link, opened: a button signs in, as previews and prefetchers open links, too.
import { HttpError, page } from "fresh";
import UnsentWarning from "../../islands/UnsentWarning.tsx";
import { Refusal } from "../../lib/chat/refusal.ts";
import { pageStrings } from "../../lib/chat/strings/pages.ts";
import { WITH_SECRET } from "../../lib/web/http/compressed.ts";
import { methods } from "../../lib/web/http/handlers.ts";
import {
  signInLinkMadeAt,
  signInLinkUser,
} from "../../lib/web/auth/sign_in_link.ts";
import { userOf } from "../../lib/web/chat/profile.ts";
import { isSecure } from "../../lib/web/http/origin.ts";
import { openSession, signOut } from "../../lib/web/auth/session.ts";
import { define, type State } from "../../lib/web/state.ts";

const words = pageStrings.link;

export const handler = methods({
  async GET({ params, state }) {
    const { kv, user } = state;
    const { userID, name } = await personOf(state, params.token);
    state.title = words.title;
    const other = user !== null && user.userID !== userID ? user : null;
    const isLost = other !== null &&
      await signInLinkMadeAt(kv, other.userID) === null;
    const here = user?.userID === userID;
    return page({ userID, name, here, other, isLost }, {
      headers: WITH_SECRET,
    });
  },

  async POST(ctx) {
    const { params, state } = ctx;
    await state.limits.count("signIn", state.address);
    const { userID } = await personOf(state, params.token);
    const secure = isSecure(ctx);
    const cookie = await openSession(state, userID, secure).catch((error) => {
      // Their account was deleted at this very moment, or is banned.
      if (!(error instanceof Refusal)) throw error;
      throw error.code === "not-allowed"
        ? new HttpError(403, error.message)
        : new HttpError(404, words.missing);
    });
    await signOut(state, secure); // the person who was signed in here
    // What is unsent on this device stays: its author may come back.
    const headers = { location: "/", "set-cookie": cookie };
    return new Response(null, { status: 303, headers });
  },
});

/** Whose link it is; throws a 404. */
async function personOf({ kv, sync }: State, token: string) {
  const userID = await signInLinkUser(kv, token);
  const person = userID === null ? null : await userOf(sync, userID);
  if (!person) throw new HttpError(404, words.missing);
  return person;
}

export default define.page<typeof handler>(function LinkPage({ data, url }) {
  const { name, here, other, isLost } = data;
  if (here) {
    return (
      <main id="content" class="narrow notice">
        <h1>{words.already(name)}</h1>
        <p>{words.alreadyText}</p>
        <a class="button" href="/">{pageStrings.errors.home}</a>
      </main>
    );
  }
  return (
    <main id="content" class="narrow notice">
      <h1 dir="auto">{words.question(name)}</h1>
      <p>{words.text}</p>
      {other !== null && <p dir="auto">{words.other(other.name)}</p>}
      {isLost && <p class="refusal">{words.lost}</p>}
      {other && <UnsentWarning userID={other.userID} />}
      <form class="row" method="post" action={url.pathname}>
        <button type="submit">{words.submit(name)}</button>
        <a class="button quiet" href="/">{words.cancel}</a>
      </form>
    </main>
  );
});
