// What is being written in a room, and which message it answers: kept on the device with every key, and in one's own space.
import { useSignal } from "@preact/signals";
import { ulid } from "@std/ulid";
import { useEffect, useMemo } from "preact/hooks";
import { draftAfter } from "../../../lib/chat/drafts.ts";
import { draftOf } from "../../../lib/chat/queries.ts";
import { MAX_CONTENT } from "../../../lib/chat/schema.ts";
import { forget, keep, kept, keptUnder } from "../kept.ts";
import type { OwnReplica } from "../useOwn.ts";

/** Other devices learn of a draft once its writer has paused for so long, in milliseconds. */
const PAUSE = 1_000;

/** `shared` is what one's other devices know of it. */
export type Draft = { content: string; replyTo?: string; shared?: string };

/** A message as it leaves the box. */
export type Taken = { id: string; content: string; replyTo?: string };

/** A text that is not sent after all; with the `id` under which it was taken. */
export type Restored = Omit<Taken, "id"> & { id?: string };

export function useDraft(
  userID: string,
  roomID: string,
  own: OwnReplica | undefined,
) {
  const text = useSignal("");
  const replyTo = useSignal<string | undefined>(undefined);

  const { tell, share, ...deeds } = useMemo(() => {
    const key = `draft/${userID}/${roomID}`;
    const leaving = `leaving/${userID}/${roomID}/`;
    let shared = "";
    // What was taken and is in no outbox yet: until then it is kept here.
    const taken = new Set<string>();
    let before: Taken[] = []; // by an earlier visit
    let telling = false;
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
    const tell = async () => {
      clearTimeout(timer);
      const content = text.peek();
      // What is too long to send is too long to share; it stays on this device.
      if (!replica || content.length > MAX_CONTENT) return;
      // Nor is anybody told that a message is gone before it is on its way.
      if (telling || taken.size > 0 || content === shared) return;
      telling = true;
      try {
        await replica.mutate.setDraft({ roomID, content, was: shared });
        // Only now: a page that died before would take its own draft for an old one.
        shared = content;
        const theirs = await replica.query((tx) => draftOf(tx, roomID));
        telling = false;
        adopt(theirs);
      } catch (error) {
        telling = false;
        reportError(error);
      }
    };
    const tellSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(tell, PAUSE);
    };
    const write = (content: string, answered = replyTo.peek()) => {
      set(content, answered);
      tellSoon();
    };
    const drop = (id: string) => {
      taken.delete(id);
      forget(leaving + id);
    };
    /** Puts a text back that could not leave, before what has been typed since. */
    const restore = ({ id, content, replyTo: answered }: Restored) => {
      write(joined(content, text.peek()), replyTo.peek() ?? answered);
      if (id) drop(id);
    };
    /** What another device has written: taken over, unless this one has gone on, too. */
    const adopt = (theirs: string) => {
      if (telling) return; // it asks for itself, and then knows whose it is
      const [was, mine] = [shared, text.peek()];
      shared = theirs;
      set(draftAfter(theirs, was, mine), replyTo.peek());
      if (text.peek() !== shared) tellSoon();
    };
    return {
      /** Takes up what was kept, and what has been typed into the page before it was alive. */
      start(typed: string) {
        before = keptUnder<Taken>(leaving).map(([, each]) => each);
        for (const { id } of before) taken.add(id);
        const { content = "", shared: known = "", replyTo } =
          kept<Draft>(key) ?? {};
        shared = known;
        set(joined(content === typed ? "" : content, typed), replyTo);
      },
      write: (content: string) => write(content),
      answer: (id: string | undefined) => set(text.peek(), id),
      /** Empties the box for a message, which stays on this device until it is sent or restored. */
      take(): Taken {
        const each: Taken = { id: ulid(), content: text.peek() };
        if (replyTo.peek()) each.replyTo = replyTo.peek();
        taken.add(each.id);
        keep(leaving + each.id, each);
        set("", undefined);
        return each;
      },
      sent({ id }: Taken) {
        drop(id);
        tell();
      },
      restore,
      /** Puts back what an earlier visit took and did not send. */
      async recover(isSent: (id: string) => boolean | Promise<boolean>) {
        for (const each of before.splice(0)) {
          if (await isSent(each.id)) drop(each.id);
          else restore(each);
        }
      },
      tell,
      share(own: OwnReplica) {
        replica = own;
        return own.subscribe((tx) => draftOf(tx, roomID), adopt);
      },
    };
  }, []);

  useEffect(() => {
    if (!own) return;
    const end = share(own);
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
