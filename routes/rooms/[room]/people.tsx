// The people of a room: what one can do with each, who is banned, invitations, and leaving it. Plain forms.
import { HttpError, page } from "fresh";
import CopyButton from "../../../islands/CopyButton.tsx";
import PeopleFilter from "../../../islands/PeopleFilter.tsx";
import { Avatar } from "../../../islands/parts/shared/Avatar.tsx";
import { mentionHash } from "../../../islands/parts/shared/mention_link.ts";
import { Deed } from "../../../islands/parts/shared/Deed.tsx";
import { RoomBots } from "../../../islands/parts/shared/RoomBots.tsx";
import { ImportedPeople } from "../../../islands/parts/transfer/ImportedPeople.tsx";
import { RoomExport } from "../../../islands/parts/transfer/RoomExport.tsx";
import { isLastOwner } from "../../../lib/chat/owners.ts";
import { isBot, isImported, nameTagsFor } from "../../../lib/chat/name_tags.ts";
import { fold } from "../../../lib/chat/fold.ts";
import { reasonOf, Refusal } from "../../../lib/chat/refusal.ts";
import { ID, type Member } from "../../../lib/chat/schema.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import { dateOf, pageStrings } from "../../../lib/chat/strings/pages.ts";
import { botStrings } from "../../../lib/chat/strings/bots.ts";
import type { PeopleView } from "../../../lib/chat/views.ts";
import { methods, toSignIn } from "../../../lib/web/http/handlers.ts";
import { readForm } from "../../../lib/web/http/bodies.ts";
import { WITH_SECRET } from "../../../lib/web/http/compressed.ts";
import { FORM, FormID } from "../../../lib/web/http/forms_once.ts";
import { allowAgain, banPerson } from "../../../lib/web/chat/bans.ts";
import { beginDirect } from "../../../lib/web/chat/direct_rooms.ts";
import { setBlocked } from "../../../lib/web/chat/blocking.ts";
import {
  changeRole,
  inviteTo,
  leaveRoom,
  removeMember,
  withdrawInvitation,
} from "../../../lib/web/chat/members.ts";
import { originOf } from "../../../lib/web/http/origin.ts";
import { authorOf, viewPeople } from "../../../lib/web/chat/rooms.ts";
import { define, type State } from "../../../lib/web/state.ts";

const words = pageStrings.people;

type Data = PeopleView & {
  /** What was asked for. */
  query: string;
  /** The author of the message whose name led here, where it is no member any more. */
  former?: { id: string; name: string };
  /** The member whose name led here. */
  open?: string;
  /** Who is in the room just now, for its members to know. */
  online: ReadonlySet<string>;
  userID: string;
  refusal?: string;
  notice?: string;
  link?: string;
};

export const handler = methods({
  async GET(ctx) {
    const { state, params } = ctx;
    if (!state.user) return toSignIn(ctx);
    return page<Data>(await dataFor(state, params.room, ctx.url));
  },

  async POST(ctx) {
    const { state, params: { room } } = ctx;
    const { sync, user } = state;
    if (!user) return toSignIn(ctx);
    const form = await readForm(ctx, "do", "id", "name", FORM);
    try {
      switch (form.do) {
        case "invite": {
          const { secret } = await state.formsOnce.do(
            form.form,
            [user.userID, room],
            () => inviteTo(sync, user, room),
          );
          const link = `${originOf(ctx)}/invite/${room}/${secret}`;
          const data = { ...await dataFor(state, room, ctx.url), link };
          return page<Data>(data, { headers: WITH_SECRET });
        }
        case "withdraw":
          await withdrawInvitation(sync, user, room, form.id);
          break;
        case "remove":
          await removeMember(sync, user, room, form.id);
          break;
        case "owner":
        case "member":
          await changeRole(sync, user, room, form.id, { role: form.do });
          break;
        case "ban":
          await banPerson(sync, user, room, form.id);
          break;
        case "allow":
          await allowAgain(sync, user, room, form.id);
          break;
        case "remove-messages":
          await state.messageRemovals.remove(user, room, form.id);
          return ctx.redirect(`${ctx.url.pathname}?removing`, 303);
        case "message": {
          const people = [{ id: form.id }];
          const { roomID } = await beginDirect(state, user, { people });
          return ctx.redirect(`/rooms/${roomID}`, 303);
        }
        case "block":
        case "unblock":
          await setBlocked(sync, user.userID, form, form.do === "block");
          break;
        case "leave":
          await leaveRoom(sync, user.userID, room);
          return ctx.redirect("/", 303);
      }
      return ctx.redirect(ctx.url.pathname, 303);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const data = await dataFor(state, room, ctx.url);
      return page<Data>({ ...data, refusal: reasonOf(error) }, { status: 403 });
    }
  },
});

/** What the page shows to who asks; throws a 404. */
async function dataFor(
  state: State,
  roomID: string,
  { searchParams }: URL,
): Promise<Data> {
  /** The message by whose author's name one came. */
  const messageID = searchParams.get("by") ?? undefined;
  const { userID } = state.user!;
  const view = await viewPeople(state, roomID, userID);
  if (!view) throw new HttpError(404, pageStrings.visit.missing);
  state.title = words.title(view.room.name);
  await state.online.refresh();
  const online = view.me
    ? state.online.in(roomSpace(roomID))
    : new Set<string>();
  const author = messageID && ID.try(messageID).ok
    ? await authorOf(state.sync, roomID, messageID)
    : undefined;
  const isMember = view.members.some(({ id }) => id === author?.id);
  return {
    ...view,
    former: isMember || author?.id === userID ? undefined : author,
    open: isMember ? author?.id : undefined,
    online,
    userID,
    query: searchParams.get("q") ?? "",
    notice: searchParams.has("removing") ? words.removing : undefined,
  };
}

const byName = new Intl.Collator("en", { sensitivity: "base", numeric: true });

export default define.page<typeof handler>(function People({ data }) {
  const { room, me, members, refusal, notice, former, query } = data;
  const tagOf = nameTagsFor(members);
  const wanted = fold(query.trim());
  const shown = members.filter(({ name }) => fold(name).includes(wanted))
    .sort((a, b) => byName.compare(a.name, b.name));
  return (
    <main id="content" class="settings">
      <p>
        <a href={`/rooms/${room.id}`}>{words.back}</a>
      </p>
      <h1 dir="auto">{words.title(room.name)}</h1>
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
      {notice && <p class="hint" role="status">{notice}</p>}
      {former && <Former {...data} former={former} />}
      <PeopleFilter query={query} found={shown.length} all={members.length} />
      <ul class="people">
        {shown.map((member) => (
          <Person key={member.id} {...data} member={member} tagOf={tagOf} />
        ))}
      </ul>
      <ImportedPeople all={data.imported} />
      <RoomBots {...data} />
      {data.banned.length > 0 && <Banned {...data} />}
      {me && !room.direct && <Invitations {...data} />}
      {me && (room.direct || me.role === "owner") && <RoomExport {...room} />}
      {me && (room.size !== 2 || members.length < 2) && <Leave {...data} />}
    </main>
  );
});

type PersonProps = Data & {
  member: Member;
  tagOf: ReturnType<typeof nameTagsFor>;
};

/** One person; their name opens what one can do with them. */
function Person(props: PersonProps) {
  const { member, room, me, members, userID, online, tagOf } = props;
  const { id, name, role, joinedAt, status } = member;
  const tag = tagOf(member);
  const isOther = id !== userID;
  return (
    <li id={`person-${id}`} data-folded={fold(name)}>
      <details open={id === props.open}>
        <summary>
          <Avatar {...member} />
          <span class="name">
            <strong dir="auto">{name}</strong>
            {tag && <span class="name-tag">{tag}</span>}
            {role === "owner" && <span class="badge">{words.owner}</span>}
            {!isOther && <span class="badge you">{words.you}</span>}
            {online.has(id) && <span class="badge here">{words.online}</span>}
            {status && <span class="hint status" dir="auto">{status}</span>}
          </span>
        </summary>
        <p class="hint">{words.joined(dateOf(joinedAt))}</p>
        {!isOther && <a href="/settings">{words.rename}</a>}
        {isOther && me && (
          <a href={`/rooms/${room.id}#${mentionHash(id)}`}>
            {words.mention(name)}
          </a>
        )}
        {isOther && me && room.size !== 2 && (
          <Deed
            deed="message"
            id={id}
            action={`/rooms/${room.id}/people`}
            class="quiet"
          >
            {words.message}
          </Deed>
        )}
        {isOther && <Blocking {...props} person={member} />}
        {isOther && me?.role === "owner" && <Roles {...member} />}
        {isOther && me?.role === "owner" && (
          <>
            <p class="hint">{words.removeText}</p>
            <Deed deed="remove" id={id} class="danger">
              {words.removeSubmit(name)}
            </Deed>
            <Banning {...props} person={member} />
            <RemovingMessages id={id} name={name} />
          </>
        )}
        {!isOther && role === "owner" && !isLastOwner(member, members) && (
          <>
            <p class="hint">{words.stopOwningText}</p>
            <Deed deed="member" id={id} class="quiet">
              {words.stopOwning}
            </Deed>
          </>
        )}
      </details>
    </li>
  );
}

type Named = { id: string; name: string };

/** One who is no member any more, or never was, and whose messages are there. */
function Former({ former, ...data }: Data & { former: Named }) {
  const isOwner = data.me?.role === "owner";
  const isPerson = !isImported(former.id) && !isBot(former.id);
  return (
    <section class="card" aria-labelledby="former">
      <h2 id="former" dir="auto">{former.name}</h2>
      <p>
        {isPerson
          ? words.former
          : isBot(former.id)
          ? botStrings.bot
          : words.imported}
      </p>
      <Blocking {...data} person={former} />
      {isOwner && isPerson && <Banning {...data} person={former} />}
      {isOwner && <RemovingMessages {...former} />}
    </section>
  );
}

function Blocking({ room, blocked, person }: Data & { person: Named }) {
  const isBlocked = blocked.some(({ id }) => id === person.id);
  const { block, blockText, blockDirect, unblock, blockedText } =
    pageStrings.person;
  return (
    <>
      <p class="hint">{isBlocked ? blockedText : blockText}</p>
      {!isBlocked && room.direct && <p class="hint">{blockDirect}</p>}
      <Deed deed={isBlocked ? "unblock" : "block"} class="quiet" {...person}>
        {isBlocked ? unblock : block}
      </Deed>
    </>
  );
}

function Roles({ id, role }: Member) {
  const isOwner = role === "owner";
  return (
    <>
      <p class="hint">
        {isOwner ? words.makeMemberText : words.makeOwnerText}
      </p>
      <Deed deed={isOwner ? "member" : "owner"} id={id} class="quiet">
        {isOwner ? words.makeMember : words.makeOwner}
      </Deed>
    </>
  );
}

function Banning({ banned, person: { id } }: Data & { person: Named }) {
  if (banned.some((each) => each.id === id)) return null;
  return (
    <>
      <p class="hint">{words.banText}</p>
      <Deed deed="ban" id={id} class="danger">{words.ban}</Deed>
    </>
  );
}

/** The one deed that can't be undone: it takes two steps. */
function RemovingMessages({ id, name }: Named) {
  return (
    <details class="leave">
      <summary>{words.removeMessagesOpen}</summary>
      <p class="hint">{words.removeMessagesText(name)}</p>
      <Deed deed="remove-messages" id={id} class="danger">
        {words.removeMessages}
      </Deed>
    </details>
  );
}

function Banned({ banned }: Data) {
  return (
    <section class="card" aria-labelledby="banned">
      <h2 id="banned">{words.banned}</h2>
      <ul class="invitations">
        {banned.map(({ id, name, at }) => (
          <li key={id}>
            <span>
              <strong dir="auto">{name}</strong> {words.bannedSince(dateOf(at))}
            </span>
            <Deed deed="allow" id={id} class="quiet">{words.allowAgain}</Deed>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Invitations({ invitations, members, me, link }: Data) {
  const nameOf = (id: string) =>
    members.find((member) => member.id === id)?.name;
  return (
    <section class="card" aria-labelledby="invite">
      <h2 id="invite">{words.invite}</h2>
      <p>{words.inviteText}</p>
      {link === undefined
        ? <Deed deed="invite" more={<FormID />}>{words.inviteSubmit}</Deed>
        : (
          <div class="fields">
            <h3 id="once">{words.once}</h3>
            <code class="secret" aria-labelledby="once">{link}</code>
            <CopyButton text={link} />
          </div>
        )}
      {invitations.length > 0 && <h3>{words.open}</h3>}
      <ul class="invitations">
        {invitations.map(({ id, by, expiresAt }) => (
          <li key={id}>
            <span dir="auto">
              {words.madeBy(nameOf(by), dateOf(expiresAt))}
            </span>
            {(by === me?.id || me?.role === "owner") && (
              <Deed deed="withdraw" id={id} class="quiet">
                {words.withdraw}
              </Deed>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Leave({ room, me, members }: Data) {
  const text = room.direct
    ? members.length === 1 ? words.leaveText : words.leaveDirect
    : members.length === 1
    ? words.leaveLast
    : me && isLastOwner(me, members)
    ? words.leaveOwner
    : words.leaveText;
  return (
    <details class="leave">
      <summary>{words.leave}</summary>
      <p class="hint">{text}</p>
      <Deed deed="leave" class="danger">{words.leave}</Deed>
    </details>
  );
}
