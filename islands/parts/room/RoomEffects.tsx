// What a room does from the first interaction on: takes up what earlier visits left unsent, shares the draft, goes to messages, asks before one is deleted.
import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { cutText } from "../../../lib/chat/graphemes.ts";
import { MESSAGES } from "../../../lib/chat/queries.ts";
import { type RichNode, textOf } from "../../../lib/chat/rich_text.ts";
import type { Member, Message, Room } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { fileCount } from "../../../lib/chat/strings/files.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import type { RoomView, User } from "../../../lib/chat/views.ts";
import type { ComposerDraft } from "../composer/draft.ts";
import { useDraftSync } from "../composer/useDraftSync.ts";
import { allUnsent } from "../files/upload_store.ts";
import { useSavedKeys } from "../message/save_for_later.ts";
import { useReactionNames } from "../message/useReactionNames.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { mentionedIn } from "../shared/mention_link.ts";
import type { People } from "../shared/usePeople.ts";
import type { UserReplica } from "../shared/replicas.ts";
import { showRoomName } from "../shared/room_navigation.ts";
import { listedRooms, roomNames } from "../shared/room_store.ts";
import { focusComposer, returnToComposer } from "../shared/writing_focus.ts";
import type { History } from "../timeline/useHistory.ts";
import { useLogFocus } from "../timeline/useLogFocus.ts";
import { PictureViewer } from "../files/PictureViewer.tsx";
import { editingIn } from "./editing.ts";
import { PersonDialog } from "./PersonDialog.tsx";
import { useTellTyping } from "./useTellTyping.ts";
import { useJumpTarget } from "./message_links.ts";
import { usePendingOverlay } from "./pending_overlay.ts";
import type { OpenRoom } from "./open_rooms.ts";

type RoomEffectsProps = {
  user: User;
  open: OpenRoom;
  /** The room as it was opened, and as it is now. */
  initialView: RoomView;
  view: RoomView;
  people: People;
  userReplica: UserReplica | undefined;
  history: History;
  scroller: RefObject<HTMLElement>;
  toNewest: () => void;
  draft: ComposerDraft;
  jumpTarget: Signal<string | undefined>;
  /** The message that was asked to be deleted. */
  deleting: Signal<Message | undefined>;
  richTextOf: (content: string) => readonly RichNode[];
  /** What is told of what has just been done. */
  notice: Signal<string>;
  /** Shows a text, or an error in words. */
  showNotice: (what: unknown) => void;
};

/** The messages whose files are on their way. Where the disk fails, a text once too often is better than nowhere. */
const withFiles = async () => {
  const all = await allUnsent().catch((error) => {
    console.warn(error);
    return [];
  });
  return all.map(({ id }) => id);
};

export function RoomEffects(props: RoomEffectsProps) {
  const { user, initialView, open, view, draft, deleting } = props;
  const { history, showNotice } = props;
  const { room, messages } = view;
  const message = deleting.value;
  const editing = editingIn(open);

  usePendingOverlay(open, user);
  useDraftSync(draft, open.replica, props.userReplica, initialView, withFiles);
  useEffect(() => editing.enter(), [editing]);
  useJumpTarget(props.jumpTarget, open.readable, history, (id, isGone) => {
    const { links, history: words } = roomOnUseStrings;
    if (!isGone) return editing.setAside(id) || showNotice(words.failed);
    if (!endGone(id)) showNotice(links.gone);
  });
  useRoomName(room);
  const mention = (name: string) => mentionIn(draft, name);
  useMentionLink(mention, view.members);
  useReactionNames();
  useSavedKeys(props.userReplica, props.richTextOf, props.showNotice);
  useLogFocus(props.scroller);
  useShortNotice(props.notice);

  // A person who writes wants to see it, wherever they were reading.
  const last = messages.at(-1);
  const written = last?.pending && last.authorID === user.userID ? last.id : "";
  useEffect(() => {
    if (written) props.toNewest();
  }, [written]);
  useTellTyping(roomSpace(room.id), draft.text);

  // A message that is deleted while its author edits it: the text goes on.
  const endGone = (id: string): boolean => {
    const edit = editing.edit.peek();
    if (edit?.id !== id) return false;
    draft.restore({ content: edit.content });
    editing.end();
    returnToComposer();
    showNotice(roomOnUseStrings.edit.gone);
    return true;
  };
  // One that the replica lacks may well be there.
  const edit = editing.edit.value;
  const isGone = open.readable && edit &&
    !messages.some(({ id }) => id === edit.id) &&
    !open.gaps?.some(({ from, to }) => edit.seq > (from ?? 0) && edit.seq < to);
  const goneID = isGone ? edit.id : undefined;
  useEffect(() => {
    if (!goneID) return;
    // What closes a gap is known before it is in the view.
    open.readable?.query((tx) => tx.has(MESSAGES + goneID))
      .then((isThere) => isThere || endGone(goneID)).catch(console.warn);
  }, [goneID, messages]);

  return (
    <>
      <PictureViewer connected={open.status.online} />
      <PersonDialog
        messages={messages}
        people={props.people}
        userReplica={props.userReplica}
        mention={open.writable && mention}
      />
      {message && (
        <DeleteDialog
          text={textOf(props.richTextOf(message.content)) ||
            fileCount(message.files?.length)}
          onDelete={() =>
            open.writable?.mutate.deleteMessage({ id: message.id })
              .catch(showNotice)}
          onClose={() => deleting.value = undefined}
        />
      )}
    </>
  );
}

const NOTICE_TIME = 5_000; // ms

/** Has it stand for a while. */
function useShortNotice(notice: Signal<string>): void {
  const shown = notice.value;
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => notice.value = "", NOTICE_TIME);
    return () => clearTimeout(timer);
  }, [shown]);
}

/** Keeps the room's name up to date outside of the room: in the heading, in the title, in the list. */
function useRoomName(room: Room): void {
  const { id } = room;
  // The list tells direct messages apart that look the same.
  const listed = room.direct &&
    listedRooms.value.find(({ roomID }) => roomID === id)?.name;
  const name = listed || room.name;
  useEffect(() => {
    roomNames.value = new Map(roomNames.peek()).set(id, name);
    showRoomName(name);
  }, [name]);
}

/** Begins a message to the person whom the address mentions, once: as soon as they are known, as a copy of earlier may lack them. */
function useMentionLink(
  mention: (name: string) => void,
  members: readonly Member[],
): void {
  useEffect(() => {
    const follow = () => {
      const id = mentionedIn(location.hash);
      const mentioned = members.find((member) => member.id === id);
      if (!mentioned) return;
      history.replaceState(history.state, "", location.pathname);
      mention(mentioned.name);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [members]);
}

/** Begins a message to a person, or goes on with it. */
function mentionIn(draft: ComposerDraft, name: string): void {
  const begun = draft.text.peek();
  const gap = /\S$/.test(begun) ? " " : "";
  draft.write(`${begun}${gap}@${name} `);
  focusComposer();
}

/** Graphemes of the message that the dialog shows. */
const MAX_SHOWN = 200;

type DeleteDialogProps = {
  text: string;
  onDelete: () => void;
  onClose: () => void;
};

function DeleteDialog({ text, onDelete, onClose }: DeleteDialogProps) {
  const words = roomOnUseStrings.deletion;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <blockquote dir="auto">{cutText(text, MAX_SHOWN)}</blockquote>
      <p>{words.text}</p>
      <form method="dialog" class="row">
        <button type="submit" class="danger" onClick={onDelete}>
          {words.delete}
        </button>
        <button type="submit" class="quiet" autofocus>{words.cancel}</button>
      </form>
    </Dialog>
  );
}
