// Which message of a room is being edited, and its new text so far: stored on the device, so that a reload loses nothing.
import { effect, signal } from "@preact/signals";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { RoomView } from "../../../lib/chat/views.ts";
import { trimContent } from "../../../lib/chat/visible.ts";
import { elect, isHeld } from "../../../lib/replica/local/web_locks.ts";
import type { Edit } from "../message/EditBox.tsx";
import type { MessageActions } from "../message/MessageToolbar.tsx";
import { errorWords } from "../shared/error_words.ts";
import { elementIDOf } from "../shared/message_link.ts";
import {
  type BegunEdit,
  inScope,
  readEdit,
  removeEdit,
  saveEdit,
} from "../shared/unsent_text.ts";
import { until } from "../shared/until.ts";
import type { OpenRoom } from "./open_rooms.ts";

export type Editing = ReturnType<typeof createEditing>;

const all = new WeakMap<OpenRoom, Editing>();

/** The same for as long as the room is open: what is being saved goes on while another one is shown. */
export function editingIn(open: OpenRoom): Editing {
  const editing = all.get(open) ?? createEditing(open);
  all.set(open, editing);
  return editing;
}

function createEditing(open: OpenRoom) {
  const { scope } = open.draft;
  const edit = signal<Edit | undefined>(undefined);
  /** Those whose turn comes once the present one has ended. */
  const waiting = signal<readonly Edit[]>([]);
  /** Those that are being saved, the latest last. */
  const leaving = signal<readonly BegunEdit[]>([]);
  /** The one that was asked for while another comes first. */
  let asked: BegunEdit | undefined;
  let isShown = false;
  let resumed: Promise<void> | undefined;

  /** A message's text in the copy; undefined where it is not there. */
  const shown = (id: string) =>
    open.view?.messages.find((each) => each.id === id)?.content;

  // Another tab may be editing the message, or have been.
  const begun = (message: BegunEdit) => readEdit(scope, message.id) ?? message;

  /** The next one, which is taken out. */
  function next(): Edit | undefined {
    const next = waiting.peek().at(-1);
    waiting.value = waiting.peek().slice(0, -1);
    return next;
  }

  /** The last edit that an earlier visit began and that no tab is at. */
  async function resume(): Promise<void> {
    for (const found of inScope("edit", scope)) {
      const isLeaving = leaving.peek().some(({ id }) => id === found.id);
      // Without locks, as on plain http, two tabs may show the same edit.
      if (isLeaving || await isHeld(lockName(found.id))) continue;
      if (isShown) edit.value ??= found;
      return;
    }
  }

  // One tab edits a message at a time.
  const locks = new Map<string, () => void>();
  effect(() => {
    const edits = [edit.value ?? [], waiting.value, leaving.value].flat();
    const ids = new Set(edits.map(({ id }) => id));
    for (const [id, release] of locks) {
      if (!ids.has(id) && locks.delete(id)) release();
    }
    for (const id of ids) {
      if (!locks.has(id)) locks.set(id, elect(lockName(id), () => {}));
    }
  });

  const editing = {
    edit,
    /** Takes up an earlier visit's edit, if there is one. Gives back what to call when another room is shown: that tab or another one may then take it up. */
    enter(): () => void {
      isShown = true;
      resumed = resume();
      return () => {
        isShown = false;
        edit.value = undefined;
        waiting.value = [];
      };
    },
    /** `jump` goes to a message that is not on the page. */
    async start({ id, seq, content }: Message, jump: (id: string) => void) {
      await resumed;
      asked = { id, seq, content };
      // One that has begun at another message would be lost: it comes first.
      const { id: editedID } = edit.value ??= begun(asked);
      const element = document.getElementById(elementIDOf(editedID));
      if (element) element.querySelector("textarea")?.focus();
      else if (open.readable || open.status.online) jump(editedID);
      else editing.setAside(editedID); // nothing would come of a jump
    },
    /** Has the edit of a message wait that cannot be gone to now, and begins the one that was asked for. Whether it did. */
    setAside(id: string): boolean {
      const { value } = edit;
      if (!asked || value?.id !== id || asked.id === id) return false;
      waiting.value = [...waiting.value, value];
      edit.value = begun(asked);
      return true;
    },
    change(content: string) {
      if (!edit.value) return;
      const { id, seq } = edit.value;
      edit.value = { id, seq, content };
      saveEdit(scope, edit.value);
    },
    /** Ends it. */
    end() {
      if (!edit.value) return;
      const { id } = edit.value;
      // Of the same message an earlier text may be on its way.
      const left = leaving.value.findLast((each) => each.id === id);
      if (left) saveEdit(scope, left);
      else removeEdit(scope, id);
      edit.value = next();
    },
    /** Ends it and saves the text, which stays on this device until it is saved. Where that fails it is back, but never in the place of one that has begun meanwhile. */
    async save(
      store: NonNullable<MessageActions["save"]>,
      onError: (words: string) => void,
    ) {
      if (!edit.value) return;
      const { id, seq, content } = edit.value;
      const left = { id, seq, content };
      const seen = shown(id);
      const saved = seen === undefined ? seen : trimContent(content);
      saveEdit(scope, left);
      leaving.value = [...leaving.value, left];
      edit.value = next();
      try {
        await store(id, content);
        // Another edit of the same message may have begun.
        if (readEdit(scope, id)?.content === content) removeEdit(scope, id);
        // What is seen may have gone on from there, or be gone.
        await until(() => shown(id) !== seen || shown(id) === saved);
      } catch (error) {
        const refused = { ...left, refusal: errorWords(error) };
        // In another room it is told of where it is taken up again.
        if (!isShown) return;
        if (edit.value) {
          waiting.value = [...waiting.value, refused];
          onError(roomOnUseStrings.failed.why.edit(refused.refusal));
        } else edit.value = refused;
      } finally {
        leaving.value = leaving.value.filter((each) => each !== left);
      }
    },
    /** The room with the texts that are being saved: the old ones are not to show in between. */
    withLeaving(view: RoomView): RoomView {
      if (leaving.value.length === 0) return view;
      const texts = new Map(leaving.value.map(({ id, content }) => [
        id,
        trimContent(content),
      ]));
      const messages = view.messages.map((message) => {
        const content = texts.get(message.id) ?? message.content;
        if (content === message.content) return message;
        return { ...message, content, pending: true as const };
      });
      return { ...view, messages };
    },
  };
  return editing;
}

const lockName = (id: string) => `edit/${id}`;
