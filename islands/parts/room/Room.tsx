// A room: its messages, the composer, and whether both are in step with the server.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { confirmedCount } from "../../../lib/chat/read_state.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import type { BlockedPerson } from "../../../lib/chat/schema.ts";
import type { RoomView, User } from "../../../lib/chat/views.ts";
import type { Status } from "../../../lib/replica/mod.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { Composer } from "../composer/Composer.tsx";
import { useToday } from "../shared/Timestamp.tsx";
import { type RichTextByID, useRichText } from "../message/useRichText.ts";
import { Connection } from "./Connection.tsx";
import { JoinForm } from "./JoinForm.tsx";
import { lazyParts, loadLazyParts } from "./lazy.ts";
import { Reload } from "./Reload.tsx";
import { RoomHeader } from "./RoomHeader.tsx";
import { useMessageActions } from "./useMessageActions.ts";
import type { OpenRoom } from "./open_rooms.ts";
import { chatServer, type TypingEvent } from "../shared/chat_server.ts";
import type { UserReplica } from "../shared/replicas.ts";
import { errorWords } from "../shared/error_words.ts";
import { hasUnfinished } from "../shared/unsent_text.ts";
import { usePeople } from "../shared/usePeople.ts";
import { useSustained } from "../shared/useSustained.ts";
import { MessageList } from "../timeline/MessageList.tsx";
import { useHistory } from "../timeline/useHistory.ts";
import { useReadMarker } from "../timeline/useReadMarker.ts";
import { useScrollAnchor } from "../timeline/useScrollAnchor.ts";

type RoomProps = {
  user: User;
  open: OpenRoom;
  /** The room as it is shown at first. */
  initialView: RoomView;
  /** What the server has parsed of it. */
  richText: RichTextByID;
  userReplica: UserReplica | undefined;
  blocked: readonly BlockedPerson[];
};

export function Room(props: RoomProps) {
  const { user, open, initialView, userReplica } = props;
  const { userID } = user;
  const { rejections, replica, readable, writable, failed, status } = open;
  const parts = lazyParts.value;
  const editing = parts?.editingIn(open);
  const present = open.view ?? initialView;
  const view = editing?.withLeaving(present) ?? present;
  const { room, me, members, messages } = view;
  const space = roomSpace(room.id);
  const scope = `${userID}/${room.id}`;
  const caughtUp = readable !== undefined;

  const today = useToday();
  const notice = useSignal("");
  const showNotice = (what: unknown) => {
    notice.value = typeof what === "string" ? what : errorWords(what);
  };
  const jumpTarget = useSignal<string | undefined>(undefined);
  const jump = (id: string) => {
    jumpTarget.value = undefined; // the same one again is a jump as well
    jumpTarget.value = id;
  };

  const { draft } = open;
  const people = usePeople(room.id, members, user.name, props.blocked);
  const richTextOf = useRichText(
    initialView.messages,
    props.richText,
    people,
  );
  const history = useHistory(
    messages,
    open.gaps,
    room.messageCount,
    initialView.messages,
  );
  // What comes in below: new messages, and those of a gap behind an older part.
  const below = `${messages.at(-1)?.id} ${history.gaps[0]?.from}`;
  const scroll = useScrollAnchor(below, open);
  const { scroller, scrolledUp } = scroll;
  const readMarker = useReadMarker({
    initialView,
    userReplica,
    messages,
    confirmed: confirmedCount(room),
    scrolledUp,
    scroller,
  });
  const { actions, deleting } = useMessageActions(writable, {
    jump,
    copyLink: ({ id }) =>
      loadLazyParts().then((parts) => parts.copyMessageLink(id))
        .then(showNotice, showNotice),
    reply: ({ id }) => draft.answer(id),
    edit: (message) =>
      loadLazyParts().then((parts) =>
        parts.editingIn(open).start(message, jump)
      ).catch(showNotice),
    EmojiChoice: parts?.EmojiChoice,
    CodeBlock: parts?.CodeBlock,
    saveButton: parts?.saveButton,
    onError: showNotice,
  });

  // A person who has left, or was removed, is told so.
  const wasMember = useRef(initialView.me !== undefined);
  if (me) wasMember.current = true;
  const isVisitor = !me && (caughtUp || !initialView.me);
  const isReply = draft.replyTo.value !== undefined;
  const mayWrite = (me ?? initialView.me) !== undefined;
  const { paused } = status;
  /** Whether something is to be shown whose parts did not come when they were asked for. */
  const lacksParts = useSignal(false);
  const needsParts = isVisitor || isReply || rejections.length > 0 ||
    open.lacksUnsent.value || paused !== undefined;
  useEffect(() => {
    // Where it fails, as offline, the next interaction tries again, or the network.
    if (needsParts || location.hash || hasUnfinished(scope)) {
      loadLazyParts().catch(() => lacksParts.value = navigator.onLine);
    }
  }, [needsParts, status.online]);
  // One who only looks on sees who is typing, too.
  const firstTyping = useRef<TypingEvent>();
  useEffect(() =>
    listen(chatServer, userID, space, {
      events: {
        typing(news: TypingEvent) {
          firstTyping.current = news;
          loadLazyParts().catch(() => {});
        },
      },
    }), [space]);
  // What the first pull adds is history, not news to be read aloud.
  const announced = useSustained(caughtUp && !history.loading.value, 1_000);
  const edit = editing?.edit.value;

  return (
    <>
      <RoomHeader
        room={room}
        members={members}
        connected={status.online && !paused}
      >
        {parts && me && writable && (
          <parts.RoomMenu
            room={room}
            me={me}
            members={members}
            replica={writable}
            unsent={status.unsent}
          />
        )}
      </RoomHeader>
      <MessageList
        room={room}
        userID={userID}
        people={people}
        history={history}
        scroll={{
          ...scroll,
          onScroll() {
            scroll.onScroll();
            readMarker.onScroll();
          },
        }}
        newFrom={readMarker.newFrom}
        richTextOf={richTextOf}
        actions={actions}
        pendingLabel={pendingLabel(status)}
        mayDeleteAll={me?.role === "owner"}
        editedID={edit?.id}
        editBox={parts && edit && (
          <parts.EditBox
            edit={edit}
            editing={editing!}
            messages={messages}
            store={actions.save}
            onError={showNotice}
          />
        )}
        today={today}
        announced={announced}
        older={parts && (
          <parts.OlderMessages
            history={history}
            replica={readable}
            scroller={scroller}
          />
        )}
        missing={(gap) =>
          parts && (
            <parts.MissingMessages
              key={`gap ${history.gaps.indexOf(gap)}`}
              gap={gap}
              history={history}
              replica={readable}
              scroller={scroller}
            />
          )}
        failures={parts && replica && (
          <parts.Failures
            rejections={rejections}
            user={user}
            people={people}
            richTextOf={richTextOf}
            replica={replica}
            mayWrite={writable !== undefined}
            restore={draft.restore}
            showNotice={showNotice}
          />
        )}
      />
      <div class="writing">
        {/* There before it says anything: what appears as a whole is often not read. */}
        <p class="notice-line" role="status">{notice}</p>
        {(failed || (!parts && lacksParts.value)) && <Reload />}
        {parts && replica && (
          <parts.Paused replica={replica} room={room} status={status} />
        )}
        {isVisitor && !paused && (
          <JoinForm
            wasMember={wasMember.current}
            join={parts &&
              (() => parts.askServer("POST", `/api/rooms/${room.id}/members`))}
            onError={showNotice}
          />
        )}
        {room.direct && members.length < 2
          ? <p class="alone">{roomStrings.composer.alone}</p>
          : (
            <Composer
              room={room.name}
              isFirst={initialView.readSeq === undefined &&
                !messages.some(({ authorID }) => authorID === userID)}
              conversation={{ userID, people, messages }}
              open={mayWrite}
              draft={draft}
              answered={messages.find(({ id }) => id === draft.replyTo.value)}
              mayWrite={writable !== undefined}
              editLast={() => {
                const last = messages.findLast((each) =>
                  each.authorID === userID
                );
                if (last) actions.edit?.(last);
              }}
              attachments={parts && (
                <parts.Attachments
                  roomID={room.id}
                  draft={draft}
                  mayWrite={mayWrite}
                  showNotice={showNotice}
                />
              )}
              parts={parts}
            />
          )}
        <div class="below">
          {!failed && (
            <Connection status={status}>
              {parts && <parts.StorageHint {...status} />}
            </Connection>
          )}
          {parts && (
            <parts.Typing
              space={space}
              userID={userID}
              people={people}
              first={firstTyping.current}
            />
          )}
          <p class="hint">{roomStrings.composer.hint}</p>
        </div>
      </div>
      {parts && (
        <parts.RoomEffects
          user={user}
          initialView={initialView}
          open={open}
          view={view}
          people={people}
          userReplica={userReplica}
          history={history}
          {...scroll}
          draft={draft}
          jumpTarget={jumpTarget}
          deleting={deleting}
          richTextOf={richTextOf}
          notice={notice}
          showNotice={showNotice}
        />
      )}
    </>
  );
}

const { states } = roomStrings.messages;
const pendingLabel = ({ paused, online }: Status) =>
  paused ? states.held : online ? states.sending : states.waiting;
