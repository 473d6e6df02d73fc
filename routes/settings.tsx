// A person's settings: their name, the private link by which they come in elsewhere, and whom they have blocked.
import { NameField } from "../islands/parts/shared/NameField.tsx";
import { page } from "fresh";
import { generate } from "lean-qr";
import { toSvgPath } from "lean-qr/extras/svg";
import CopyButton from "../islands/CopyButton.tsx";
import DeviceSettings from "../islands/DeviceSettings.tsx";
import type { BlockedPerson } from "../lib/chat/schema.ts";
import { dateOf, pageStrings } from "../lib/chat/strings/pages.ts";
import { methods, toSignIn } from "../lib/web/http/handlers.ts";
import { readForm } from "../lib/web/http/bodies.ts";
import { WITH_SECRET } from "../lib/web/http/compressed.ts";
import {
  makeSignInLink,
  revokeSignInLink,
  signInLinkMadeAt,
} from "../lib/web/auth/sign_in_link.ts";
import { refusedForm } from "../lib/web/http/errors.ts";
import { blockedPeople, setBlocked } from "../lib/web/chat/blocking.ts";
import { rename } from "../lib/web/chat/profile.ts";
import { originOf } from "../lib/web/http/origin.ts";
import { define } from "../lib/web/state.ts";

const words = pageStrings.settings;

type Data = {
  name: string;
  refusal?: string;
  saved?: boolean;
  /** When the link was made; null when there is none. */
  madeAt: number | null;
  /** The link itself: only in the answer to making it. */
  link?: string;
  blocked: readonly BlockedPerson[];
};

export const handler = methods({
  async GET(ctx) {
    const { state, url } = ctx;
    const { kv, user } = state;
    if (!user) return toSignIn(ctx);
    state.title = words.title;
    const saved = url.searchParams.has("saved");
    const madeAt = await signInLinkMadeAt(kv, user.userID);
    const blocked = await blockedPeople(state.sync, user.userID);
    return page<Data>({ name: user.name, madeAt, saved, blocked });
  },

  async POST(ctx) {
    const { state } = ctx;
    const { kv, sync, user } = state;
    if (!user) return toSignIn(ctx);
    state.title = words.title;
    const form = await readForm(ctx, "do", "name", "id");
    const blocked = await blockedPeople(sync, user.userID);
    switch (form.do) {
      case "link": {
        const secret = await makeSignInLink(kv, user.userID);
        const link = `${originOf(ctx)}/link/${secret}`;
        const { name } = user;
        const data: Data = { name, madeAt: Date.now(), link, blocked };
        return page(data, { headers: WITH_SECRET });
      }
      case "revoke":
        await revokeSignInLink(kv, user.userID);
        return ctx.redirect("/settings", 303);
      case "unblock":
        await setBlocked(sync, user.userID, form, false);
        return ctx.redirect("/settings", 303);
      default:
        try {
          await state.limits.count("rename", user.userID);
          await rename(sync, user.userID, form);
          return ctx.redirect("/settings?saved", 303);
        } catch (error) {
          const { refusal, init } = refusedForm(error);
          const madeAt = await signInLinkMadeAt(kv, user.userID);
          const { name } = form;
          return page<Data>({ name, refusal, madeAt, blocked }, init);
        }
    }
  },
});

export default define.page<typeof handler>(function Settings({ data }) {
  return (
    <main id="content" class="settings">
      <h1>{words.title}</h1>
      <NameForm {...data} />
      <section class="card" id="link" aria-labelledby="link-title">
        <h2 id="link-title">{words.link}</h2>
        <p>{words.linkText}</p>
        {data.link !== undefined
          ? <NewLink link={data.link} />
          : (
            <p class="hint">
              {data.madeAt === null
                ? words.linkNone
                : words.linkMade(dateOf(data.madeAt))}
            </p>
          )}
        <div class="row">
          {data.link === undefined && (
            <form method="post" action="/settings">
              <button type="submit" name="do" value="link">
                {data.madeAt === null ? words.make : words.makeNew}
              </button>
            </form>
          )}
          {data.madeAt !== null && (
            <form method="post" action="/settings">
              <button type="submit" name="do" value="revoke" class="quiet">
                {words.revoke}
              </button>
            </form>
          )}
        </div>
      </section>
      {data.blocked.length > 0 && <Blocked {...data} />}
      <DeviceSettings />
      <p class="ways-out">
        <a href="/signout">{pageStrings.signOut}</a>
        <a href="/settings/delete">{pageStrings.deletion.open}</a>
      </p>
    </main>
  );
});

function Blocked({ blocked }: Data) {
  return (
    <section class="card" aria-labelledby="blocked">
      <h2 id="blocked">{words.blocked}</h2>
      <p>{words.blockedText}</p>
      <ul class="invitations">
        {blocked.map(({ id, name }) => (
          <li key={id}>
            <strong dir="auto">{name}</strong>
            <form method="post" action="/settings">
              <input type="hidden" name="id" value={id} />
              <button type="submit" name="do" value="unblock" class="quiet">
                {pageStrings.person.unblock}
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}

function NameForm({ name, refusal, saved }: Data) {
  return (
    <form class="card fields" method="post" action="/settings">
      <NameField
        label={words.name}
        name={name}
        refusal={refusal}
        autocomplete="nickname"
        hint={saved ? words.saved : words.nameHint}
        saved={saved}
      />
      <button type="submit">{words.save}</button>
    </form>
  );
}

/** The link to copy or to scan; it can't be shown a second time. */
function NewLink({ link }: { link: string }) {
  const code = generate(link);
  const margin = 4; // modules, as the standard wants
  const size = code.size + 2 * margin;
  return (
    <div class="new-link">
      <svg
        class="qr"
        viewBox={`${-margin} ${-margin} ${size} ${size}`}
        role="img"
        aria-label={words.qr}
      >
        <path d={toSvgPath(code)} />
      </svg>
      <div class="fields">
        <h3 id="once">{words.once}</h3>
        <code class="secret" aria-labelledby="once">{link}</code>
        <CopyButton text={link} />
        <p class="hint">{words.keep}</p>
      </div>
    </div>
  );
}
