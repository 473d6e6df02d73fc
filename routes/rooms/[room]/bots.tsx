// The bots of a room and their hooks, for its owners: plain forms.
import { page } from "fresh";
import CopyButton from "../../../islands/CopyButton.tsx";
import { Deed } from "../../../islands/parts/shared/Deed.tsx";
import { botStrings } from "../../../lib/chat/strings/bots.ts";
import { dateOf } from "../../../lib/chat/strings/pages.ts";
import {
  addHook,
  type Bot,
  type BotsView,
  makeBot,
  removeBot,
  removeHook,
  viewBots,
} from "../../../lib/web/bots/bots.ts";
import { readForm } from "../../../lib/web/http/bodies.ts";
import { WITH_SECRET } from "../../../lib/web/http/compressed.ts";
import { refusedForm } from "../../../lib/web/http/errors.ts";
import { FORM, FormID } from "../../../lib/web/http/forms_once.ts";
import { methods, toSignIn } from "../../../lib/web/http/handlers.ts";
import { define, type State } from "../../../lib/web/state.ts";

const words = botStrings.owners;

type Data = BotsView & {
  /** What was typed, of a form that was refused. */
  typed?: { id: string; name: string; url: string; wants: string };
  refusal?: string;
  /** What is shown once: a bot's token, a hook's secret. */
  token?: { of: string; text: string };
  secret?: { of: string; text: string };
};

export const handler = methods({
  async GET(ctx) {
    if (!ctx.state.user) return toSignIn(ctx);
    return page<Data>(await dataFor(ctx.state, ctx.params.room));
  },

  async POST(ctx) {
    const { state, params: { room } } = ctx;
    const { sync, user, formsOnce } = state;
    if (!user) return toSignIn(ctx);
    const form = await readForm(ctx, "do", "id", "name", "url", "wants", FORM);
    const { id, name, url, wants } = form;
    /** Does once what makes a secret, though the form be sent twice. */
    const once = <T,>(act: () => Promise<T>) =>
      formsOnce.do(form.form, [user.userID, room, id], act);
    // Before anything is said of what was typed.
    const before = await dataFor(state, room);
    try {
      switch (form.do) {
        case "make": {
          const { bot, token } = await once(() =>
            makeBot(sync, user, room, { name })
          );
          const data = await dataFor(state, room);
          const shown = { ...data, token: { of: bot.id, text: token } };
          return page<Data>(shown, { headers: WITH_SECRET });
        }
        case "hook": {
          const hook = await once(() =>
            addHook(state, user, room, id, { url, wants })
          );
          const data = await dataFor(state, room);
          const shown = { ...data, secret: { of: hook.id, text: hook.secret } };
          return page<Data>(shown, { headers: WITH_SECRET });
        }
        case "remove":
          await removeBot(sync, user, room, id);
          break;
        case "remove-hook":
          await removeHook(sync, user, room, id);
          break;
      }
      return ctx.redirect(ctx.url.pathname, 303);
    } catch (error) {
      const { refusal, init } = refusedForm(error);
      const typed = { id, name, url, wants };
      return page<Data>({ ...before, typed, refusal }, init);
    }
  },
});

/** What the page shows to an owner; throws as `viewBots`. */
async function dataFor(state: State, roomID: string): Promise<BotsView> {
  const view = await viewBots(state.sync, state.user!, roomID);
  state.title = words.title(view.room.name);
  return view;
}

export default define.page<typeof handler>(function Bots({ data }) {
  const { room, bots, failures, typed, refusal } = data;
  return (
    <main id="content" class="settings">
      <p>
        <a href={`/rooms/${room.id}/people`}>{words.back}</a>
      </p>
      <h1 dir="auto">{words.title(room.name)}</h1>
      <p>
        {words.about} <a href="/bots">{words.documentation}</a>
      </p>
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
      {bots.length === 0 && <p class="hint">{words.none}</p>}
      {bots.map((bot) => <OneBot key={bot.id} {...data} bot={bot} />)}
      <section class="card" aria-labelledby="make">
        <h2 id="make">{words.make}</h2>
        <form method="post" class="fields">
          <FormID />
          <label for="name">{words.name}</label>
          <input
            id="name"
            name="name"
            required
            maxLength={80}
            autocomplete="off"
            value={typed?.id ? "" : typed?.name}
          />
          <button type="submit" name="do" value="make">{words.make}</button>
        </form>
      </section>
      {failures.length > 0 && (
        <section class="card" aria-labelledby="failed">
          <h2 id="failed">{words.failed}</h2>
          <p class="hint">{words.failedText}</p>
          <ul class="invitations">
            {failures.toReversed().map(({ event, url, at, reason }) => (
              <li>
                <span class="address">
                  {words.failure(event, url, dateOf(at))} {reason}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
});

function OneBot({ bot, token, ...data }: Data & { bot: Bot }) {
  const { id, name, createdAt } = bot;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id} dir="auto">{name}</h2>
      <p class="hint">{words.madeOn(dateOf(createdAt))}</p>
      {token?.of === id && (
        <Once title={words.token} text={words.tokenText} secret={token.text} />
      )}
      <h3>{words.hooks}</h3>
      <Hooks {...data} bot={bot} />
      <details class="leave">
        <summary>{words.remove(name)}</summary>
        <p class="hint">{words.removeText}</p>
        <Deed deed="remove" id={id} class="danger">{words.removeSubmit}</Deed>
      </details>
    </section>
  );
}

function Hooks({ bot, secret, typed }: Data & { bot: Bot }) {
  const { id, name, hooks } = bot;
  const own = typed?.id === id ? typed : undefined;
  return (
    <>
      {hooks.length === 0 && <p class="hint">{words.noHooks}</p>}
      <ul class="invitations">
        {hooks.map((hook) => (
          <li key={hook.id}>
            <div>
              <p class="address">{hook.url}</p>
              <p class="hint">
                {hook.wants === "all" ? words.all : words.addressed(name)}
              </p>
              {secret?.of === hook.id && (
                <Once
                  title={words.secret}
                  text={words.secretText}
                  secret={secret.text}
                />
              )}
            </div>
            <Deed deed="remove-hook" id={hook.id} class="quiet">
              {words.removeHook}
            </Deed>
          </li>
        ))}
      </ul>
      <details open={own !== undefined}>
        <summary>{words.addHook(name)}</summary>
        <form method="post" class="fields">
          <FormID />
          <input type="hidden" name="id" value={id} />
          <label for={`url-${id}`}>{words.url}</label>
          <input
            id={`url-${id}`}
            name="url"
            type="url"
            required
            maxLength={500}
            autocomplete="off"
            value={own?.url}
          />
          <label for={`wants-${id}`}>{words.wants}</label>
          <select id={`wants-${id}`} name="wants">
            <option value="all">{words.all}</option>
            <option value="addressed" selected={own?.wants === "addressed"}>
              {words.addressed(name)}
            </option>
          </select>
          <button type="submit" name="do" value="hook">
            {words.addHook(name)}
          </button>
        </form>
      </details>
    </>
  );
}

/** A secret that is shown only now. */
function Once(
  { title, text, secret }: { title: string; text: string; secret: string },
) {
  return (
    <div class="fields">
      <p>
        <strong>{title}</strong>
      </p>
      <code class="secret">{secret}</code>
      <p class="hint">{text}</p>
      <CopyButton text={secret} />
    </div>
  );
}
