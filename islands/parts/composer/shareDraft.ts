// Shares what is in the box with one's other devices: tells them of it, and takes up what they tell.
import { mergeDrafts } from "../../../lib/chat/merge_drafts.ts";
import { draftOf } from "../../../lib/chat/queries.ts";
import type { OwnReplica } from "../shared/useOwnSpace.ts";
import { type DraftBox, isTooLong, type Sharing } from "./draft_types.ts";

/** Other devices learn of a draft once its writer has paused for so long, in milliseconds. */
const PAUSE = 1_000;

/** Shares the box of a room, until it is ended. */
export function shareDraft(
  own: OwnReplica,
  roomID: string,
  box: DraftBox,
): Sharing {
  let telling = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function now() {
    clearTimeout(timer);
    const content = box.text.peek();
    // Nobody is told that a message is gone before it is on its way.
    if (isTooLong(content) || box.taken.size > 0) return;
    if (telling) return;
    telling = true;
    try {
      if (content !== box.shared) {
        await own.mutate.setDraft({ roomID, content, was: box.shared });
        // Only now: a page that died before would take its own draft for an old one.
        box.shared = content;
      }
      const theirs = await own.query((tx) => draftOf(tx, roomID));
      telling = false;
      adopt(theirs);
    } catch (error) {
      telling = false;
      reportError(error);
    }
  }
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE);
  }
  /** What another device has written: taken over, unless this one has gone on, too. */
  function adopt(theirs: string) {
    if (telling) return; // it asks for itself, and then knows whose it is
    if (isTooLong(box.text.peek())) return; // it asks once it is shorter
    const was = box.shared;
    box.shared = theirs;
    box.set(mergeDrafts(theirs, was, box.text.peek()));
    if (box.text.peek() !== theirs) soon();
  }

  const unsubscribe = own.subscribe((tx) => draftOf(tx, roomID), adopt);
  const onHidden = () => document.hidden && now();
  document.addEventListener("visibilitychange", onHidden);
  return {
    now,
    soon,
    end() {
      clearTimeout(timer);
      unsubscribe();
      document.removeEventListener("visibilitychange", onHidden);
    },
  };
}
