// A person's settings: their name, picture and status, the private link by which they come in elsewhere, and whom they have blocked.
import { NameField } from "../islands/parts/shared/NameField.tsx";
import { Avatar } from "../islands/parts/shared/Avatar.tsx";
import { page } from "fresh";
import { generate } from "lean-qr";
import { toSvgPath } from "lean-qr/extras/svg";
import AvatarChoice from "../islands/AvatarChoice.tsx";
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
import { rename, setStatus, statusOf } from "../lib/web/chat/profile.ts";
import { originOf } from "../lib/web/http/origin.ts";
import { removeAvatar } from "../lib/web/chat/avatars.ts";
import { MAX_STATUS } from "../lib/chat/lengths.ts";
import type { User } from "../lib/chat/views.ts";
import { define, type State } from "../lib/web/state.ts";

const words = pageStrings.settings;

type Data = {
  user: User;
  /** As it is, or was typed. */
  name: string;
  status: string;
  /** Why one of them was refused. */
  refusal?: { of: "name" | "status"; reason: string };
  saved?: "name" | "status" | "picture";
  /** When the link was made; null when there is none. */
  madeAt: number | null;
  /** The link itself: only in the answer to making it. */
  link?: string;
  blocked: readonly BlockedPerson[];
};

export const handler = methods({
  async GET(ctx) {
    const { state, url } = ctx;
    const { user } = state;
    if (!user) return toSignIn(ctx);
    state.title = words.title;
    const { searchParams } = url;
    const saved = searchParams.has("saved")
      ? "name"
      : (["status", "picture"] as const).find((it) => searchParams.has(it));
    return page<Data>({ ...await dataFor(state, user), saved });
  },

  async POST(ctx) {
    const { state } = ctx;
    const { kv, sync, user } = state;
    if (!user) return toSignIn(ctx);
    state.title = words.title;
    const form = await readForm(ctx, "do", "name", "status", "id");
    switch (form.do) {
      case "link": {
        const secret = await makeSignInLink(kv, user.userID);
        const link = `${originOf(ctx)}/link/${secret}`;
        const data = { ...await dataFor(state, user), link };
        return page<Data>(data, { headers: WITH_SECRET });
      }
      case "revoke":
        await revokeSignInLink(kv, user.userID);
        return ctx.redirect("/settings", 303);
      case "unblock":
        await setBlocked(sync, user.userID, form, false);
        return ctx.redirect("/settings", 303);
      case "remove-picture":
        await state.limits.count("rename", user.userID);
        await removeAvatar(sync, user.userID);
        return ctx.redirect("/settings", 303);
    }
    const of = form.do === "status" ? "status" : "name";
    try {
      await state.limits.count("rename", user.userID);
      if (of === "status") await setStatus(sync, user.userID, form);
      else await rename(sync, user.userID, form);
      return ctx.redirect(`/settings?${of === "name" ? "saved" : of}`, 303);
    } catch (error) {
      const { refusal: reason, init } = refusedForm(error);
      const data = await dataFor(state, user);
      const refusal: Data["refusal"] = { of, reason };
      return page<Data>({ ...data, [of]: form[of], refusal }, init);
    }
  },
});

/** What the page shows to a person. */
async function dataFor({ kv, sync }: State, user: User): Promise<Data> {
  const { name, userID } = user;
  return {
    user,
    name,
    status: await statusOf(sync, userID),
    madeAt: await signInLinkMadeAt(kv, userID),
    blocked: await blockedPeople(sync, userID),
  };
}

export default define.page<typeof handler>(function Settings({ data }) {
  return (
    <main id="content" class="settings">
      <h1>{words.title}</h1>
      <NameForm {...data} />
      <Picture {...data} />
      <StatusForm {...data} />
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
      <OwnData />
      <p class="ways-out">
        <a href="/signout">{pageStrings.signOut}</a>
        <a href="/settings/delete">{pageStrings.deletion.open}</a>
      </p>
    </main>
  );
});

function OwnData() {
  const { ownTitle, ownText, ownSubmit } = pageStrings.transfer;
  return (
    <section class="card" aria-labelledby="own-data">
      <h2 id="own-data">{ownTitle}</h2>
      <p>{ownText}</p>
      <a class="button quiet" href="/api/account/data" download>
        {ownSubmit}
      </a>
    </section>
  );
}

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

function Picture({ user, saved }: Data) {
  return (
    <section class="card" id="picture" aria-labelledby="picture-title">
      <h2 id="picture-title">{words.avatar}</h2>
      <div class="row">
        <Avatar id={user.userID} {...user} />
        {saved === "picture"
          ? <p class="hint" role="status">{words.avatarSaved}</p>
          : <p class="hint">{words.avatarText}</p>}
      </div>
      <AvatarChoice />
      <noscript>
        <p class="hint">{words.avatarNeedsScript}</p>
      </noscript>
      {user.avatar && (
        <form method="post" action="/settings">
          <button type="submit" name="do" value="remove-picture" class="quiet">
            {words.avatarRemove}
          </button>
        </form>
      )}
    </section>
  );
}

function StatusForm({ status, ...data }: Data) {
  const refusal = data.refusal?.of === "status" && data.refusal.reason;
  const isSaved = data.saved === "status";
  return (
    <form class="card fields" method="post" action="/settings">
      <label for="status">{words.status}</label>
      <input
        id="status"
        name="status"
        value={status}
        dir="auto"
        autocomplete="off"
        maxLength={2 * MAX_STATUS} // UTF-16 units, two for some characters
        aria-invalid={refusal ? "true" : undefined}
        aria-describedby={refusal
          ? "status-refusal status-hint"
          : "status-hint"}
      />
      {refusal && (
        <p id="status-refusal" class="refusal" role="alert">{refusal}</p>
      )}
      <p id="status-hint" class="hint" role={isSaved ? "status" : undefined}>
        {isSaved ? words.saved : words.statusHint}
      </p>
      <button type="submit" name="do" value="status">{words.saveStatus}</button>
    </form>
  );
}

function NameForm({ name, ...data }: Data) {
  const refusal = data.refusal?.of === "name" ? data.refusal.reason : undefined;
  const saved = data.saved === "name";
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
