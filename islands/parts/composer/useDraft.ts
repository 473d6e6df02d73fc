// What is being written in a room, and which message it answers: kept on the device with every key, and in one's own space.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { draftOf } from "../../../lib/chat/queries.ts";
import { MAX_CONTENT } from "../../../lib/chat/schema.ts";
import { forget, keep, kept } from "../kept.ts";
import type { OwnReplica } from "../useOwn.ts";

/** Other devices learn of a draft once its writer has paused for so long, in milliseconds. */
const PAUSE = 1_000;

/** `shared` is what one's other devices know of it. */
type Draft = { content: string; replyTo?: string; shared?: string };

export function useDraft(
  userID: string,
  roomID: string,
  own: OwnReplica | undefined,
) {
  const text = useSignal("");
  const replyTo = useSignal<string | undefined>(undefined);
  const key = `draft/${userID}/${roomID}`;

  const { tell, adopt, ...deeds } = useMemo(() => {
    let shared = "";
    // What this page has told and not yet heard back, oldest first.
    const told: string[] = [];
    let replica: OwnReplica | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const set = (content: string, answered: string | undefined) => {
      text.value = content;
      replyTo.value = answered;
      if (content === "" && !answered && shared === "") return forget(key);
      const draft: Draft = { content, shared };
      if (answered) draft.replyTo = answered;
      keep(key, draft);
    };
    const tell = () => {
      clearTimeout(timer);
      const content = text.peek();
      // What is too long to send is too long to share; it stays on this device.
      if (!replica || content.length > MAX_CONTENT) return;
      if (content === (told.at(-1) ?? shared)) return;
      // It counts as shared only once it comes back out of the copy: a page
      // that dies before would take its own draft for an old one.
      told.push(content);
      replica.mutate.setDraft({ roomID, content }).catch(reportError);
    };
    const write = (content: string, answered = replyTo.peek()) => {
      set(content, answered);
      clearTimeout(timer);
      timer = setTimeout(tell, PAUSE);
    };
    return {
      /** Takes up what was kept, and what has been typed into the page before it was alive. */
      start(typed: string) {
        const draft = kept<Draft>(key);
        const before = draft?.content ?? "";
        shared = draft?.shared ?? "";
        set(joined(before === typed ? "" : before, typed), draft?.replyTo);
      },
      write: (content: string) => write(content),
      answer: (id: string | undefined) => set(text.peek(), id),
      clear() {
        set("", undefined);
        tell();
      },
      /** Puts a text back that could not leave, before what has been typed since. */
      restore(content: string, answered?: string) {
        write(joined(content, text.peek()), replyTo.peek() ?? answered);
      },
      tell,
      /** What another device has written: taken over, unless this one has gone on, too. */
      adopt(own: OwnReplica, theirs: string) {
        replica = own;
        const [before, mine] = [shared, text.peek()];
        shared = theirs;
        const ours = told.indexOf(theirs);
        if (ours >= 0) {
          told.splice(0, ours + 1);
          set(mine, replyTo.peek());
        } else if (theirs !== before) {
          const changed = mine !== before && mine !== theirs;
          set(changed ? joined(theirs, mine) : theirs, replyTo.peek());
        }
        clearTimeout(timer);
        if (text.peek() !== shared) timer = setTimeout(tell, PAUSE);
      },
    };
  }, []);

  useEffect(() => {
    if (!own) return;
    const end = own.subscribe(
      (tx) => draftOf(tx, roomID),
      (theirs) => adopt(own, theirs),
    );
    const onHidden = () => document.hidden && tell();
    document.addEventListener("visibilitychange", onHidden);
    return () => {
      end();
      document.removeEventListener("visibilitychange", onHidden);
    };
  }, [own]);

  return { text, replyTo, ...deeds };
}

const joined = (...texts: string[]) => texts.filter(Boolean).join("\n");
