// The room, alive: the log, the box to write in, and whether both are in step with the server.
import "./parts/shared/common.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { roomStrings as texts } from "../lib/chat/strings/room.ts";
import { roomSpace } from "../lib/chat/spaces.ts";
import type { RoomView, User } from "../lib/chat/views.ts";
import { listen, type Presence } from "../lib/replica/poke/listen.ts";
import type { Status } from "../lib/replica/mod.ts";
import { Composer } from "./parts/composer/Composer.tsx";
import { useDraft } from "./parts/composer/useDraft.ts";
import { anyKept } from "./parts/shared/local_store.ts";
import { Connection } from "./parts/room/Connection.tsx";
import { MessageList } from "./parts/timeline/MessageList.tsx";
import { useHistory } from "./parts/timeline/useHistory.ts";
import { useScrollAnchor } from "./parts/timeline/useScrollAnchor.ts";
import { useReadMarker } from "./parts/timeline/useReadMarker.ts";
import { useEditing } from "./parts/message/useEditing.ts";
import { type RichTextByID, useRichText } from "./parts/message/useRichText.ts";
import { Notice } from "./parts/room/Notice.tsx";
import { RoomHeader } from "./parts/room/RoomHeader.tsx";
import { extras, loadExtras, onTouch } from "./parts/room/lazy.ts";
import { useMessageActions } from "./parts/room/useMessageActions.ts";
import { useLonger } from "./parts/shared/useLonger.ts";
import { useOwnSpace } from "./parts/shared/useOwnSpace.ts";
import { usePeople } from "./parts/shared/usePeople.ts";
import { useRoom } from "./parts/room/useRoom.ts";

// An island, too: two scripts of one page would say much twice.
export { RoomNav } from "./parts/rooms/RoomNav.tsx";

type RoomProps = { user: User; view: RoomView; marks: RichTextByID };

export default function Room({ user, view: html, marks }: RoomProps) {
  const { view, rejections, live, writable, dead, opened, status } = useRoom(
    user,
    html,
  );
  const { room, me, members, messages } = view.value;
  const { userID } = user;
  // Who has left, or was made to, is not put back in by looking at the room.
  const wasIn = useRef(html.me !== undefined);
  if (me) wasIn.current = true;
  const alive = useSignal(false);
  useEffect(() => {
    alive.value = true;
  }, []);

  const space = roomSpace(room.id);
  const own = useOwnSpace(userID, live.value);
  const whose = `${userID}/${room.id}`;
  const draft = useDraft(whose, room.id, own);
  const wanted = useSignal<string | undefined>(undefined);
  const jump = (id: string) => {
    wanted.value = undefined; // the same one again is a jump as well
    wanted.value = id;
  };
  const editing = useEditing(whose, jump);
  const people = usePeople(members, user.name);
  const marksOf = useRichText(html.messages, marks);
  const copy = live.value ? opened.value : undefined;
  const replica = writable.value ? opened.value : undefined;
  const past = useHistory(
    copy,
    messages,
    room.messageCount,
    extras.value?.bringOlder,
  );
  const place = useScrollAnchor(messages.at(-1)?.id);
  const reading = useReadMarker({
    ...{ html, messages, own },
    ...{ away: place.away, scroller: place.scroller },
    confirmed: confirmedIn(view.value, status.unsent),
  });
  const { acts, deleting, notice, say } = useMessageActions(replica, {
    jump,
    reply: ({ id }) => draft.answer(id),
    edit: editing.start,
  });
  const { recoverOutgoing } = extras.value ?? {};
  useEffect(() => {
    const { value } = opened;
    if (value) recoverOutgoing?.(whose, draft, value, html).catch(reportError);
  }, [opened.value, recoverOutgoing]);
  useEffect(() => {
    if (status.paused !== "gone") return;
    // The page that is kept goes with the room: the service worker looks again.
    navigator.serviceWorker?.controller?.postMessage("keep");
  }, [status.paused]);
  const { RoomEffects, RoomMenu, Failures, JoinNotice, Paused, Typing } =
    extras.value ?? {};
  const outside = !me && (live.value || !html.me);
  const anyRejected = rejections.value.length > 0;
  const answering = draft.replyTo.value !== undefined;
  const anyOlder = copy !== undefined && past.more;
  useEffect(() => {
    const atOnce = outside || anyRejected || answering || anyOlder ||
      status.paused || location.hash ||
      // What an earlier visit has begun is shown again.
      anyKept(RegExp(`(edit|leaving)/${whose}/`));
    if (atOnce) load();
    return onTouch(load);
  }, [outside, anyRejected, answering, anyOlder, status.paused]);
  // Who only looks on sees who is typing, too.
  const typist = useRef<Presence>();
  useEffect(() =>
    listen(userID, space, {
      onPresence(news) {
        typist.current = news;
        load(); // shown with the next touch where it fails
      },
    }), [space]);
  // What the first pull adds is history, not news to be read aloud.
  const news = useLonger(live.value && !past.loading, 1_000);

  return (
    <>
      <RoomHeader
        room={room}
        members={members}
        connected={status.online && !status.paused}
      >
        {RoomMenu && me && replica && (
          <RoomMenu
            room={room}
            me={me}
            members={members}
            replica={replica}
            unsent={status.unsent}
          />
        )}
      </RoomHeader>
      <MessageList
        room={room.name}
        userID={userID}
        people={people}
        past={past}
        place={{
          ...place,
          onScroll() {
            place.onScroll();
            reading.onScroll();
          },
        }}
        newFrom={reading.newFrom}
        marksOf={marksOf}
        acts={acts}
        pendingWord={pendingWord(status)}
        mayDeleteAll={me?.role === "owner"}
        editing={editing}
        local={alive.value}
        news={news}
        failures={Failures && anyRejected && opened.value && (
          <Failures
            rejections={rejections.value}
            user={user}
            people={people}
            marksOf={marksOf}
            replica={opened.value}
            mayWrite={replica !== undefined}
            restore={draft.restore}
            say={say}
          />
        )}
      />
      <div class="writing">
        <Notice notice={notice} />
        {dead && <Reload />}
        {opened.value && Paused && (
          <Paused replica={opened.value} status={status} />
        )}
        {JoinNotice && outside && !status.paused && (
          <JoinNotice roomID={room.id} asked={wasIn.current} />
        )}
        <Composer
          room={room.name}
          onType={(text) => extras.value?.tellTyping(space, text)}
          members={members}
          open={(me ?? html.me) !== undefined}
          draft={draft}
          answered={messages.find(({ id }) => id === draft.replyTo.value)}
          send={replica?.mutate.createMessage}
          editLast={() =>
            loadExtras().then((late) => late.editLast(messages, userID, acts))
              .catch(say)}
        />
        <div class="below">
          {!dead && <Connection status={status} />}
          {Typing && (
            <Typing {...{ space, userID, people }} first={typist.current} />
          )}
          <p class="hint">{texts.composer.hint}</p>
        </div>
      </div>
      {RoomEffects && (
        <RoomEffects
          {...{ room, messages, past, live, wanted, editing, deleting }}
          {...{ draft, marksOf, replica, notice, say }}
        />
      )}
    </>
  );
}

/** Offline, the first touch after that tries again. */
const load = (again = () => {}) => void loadExtras().catch(again);

/** The last `seq` of the server's: what is not confirmed yet has one that is its own guess. */
function confirmedIn({ room, messages }: RoomView, unsent: number): number {
  if (unsent === 0) return room.messageCount;
  return messages.findLast(({ pending }) => !pending)?.seq ?? 0;
}

const { states } = texts.messages;
const pendingWord = ({ paused, online }: Status) =>
  paused ? states.held : online ? states.sending : states.waiting;

function Reload() {
  return (
    <div class="refusal join" role="alert">
      <p>{texts.room.notAlive}</p>
      <button type="button" onClick={() => location.reload()}>
        {texts.room.reload}
      </button>
    </div>
  );
}
