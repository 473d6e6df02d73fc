// What is being written in a room, and which message it answers: kept on the device with every key, and in one's own space.
import { useSignal } from "@preact/signals";
import { ulid } from "@std/ulid";
import { useEffect, useMemo } from "preact/hooks";
import { mergeDrafts } from "../../../lib/chat/merge_drafts.ts";
import { forget, keep, kept } from "../shared/local_store.ts";
import { extras } from "../room/lazy.ts";
import type { OwnReplica } from "../shared/useOwnSpace.ts";
import {
  type Draft,
  type DraftBox,
  isTooLong,
  type OutgoingMessage,
  type RestoredDraft,
  type Sharing,
} from "./draft_types.ts";

/** Stands for all that earlier visits took, until somebody has looked for it. */
const EARLIER = "";

/** `whose` says whose box it is, and in which room. */
export function useDraft(
  whose: string,
  roomID: string,
  own: OwnReplica | undefined,
) {
  const text = useSignal("");
  const replyTo = useSignal<string | undefined>(undefined);

  const { box, sharing, ...deeds } = useMemo(() => {
    const key = `draft/${whose}`;
    const leaving = `leaving/${whose}/`;
    const sharing: { current?: Sharing } = {};
    const taken = new Set([EARLIER]);
    const set = (text: string, answered = replyTo.peek()) => {
      const was = box.text.peek();
      box.text.value = text;
      replyTo.value = answered;
      const { shared } = box;
      // What is too long to share may be another tab's, and is nowhere else.
      const { content: other = "" } = kept<Draft>(key) ?? {};
      const content = isTooLong(other) && !isTooLong(text)
        ? mergeDrafts(other, was, text)
        : text;
      if (content === "" && !answered && shared === "") return forget(key);
      const draft: Draft = { content, shared };
      if (answered) draft.replyTo = answered;
      keep(key, draft);
    };
    const answer = (id: string | undefined) => {
      replyTo.value = id;
      set(text.peek());
    };
    const write = (content: string) => {
      set(content);
      sharing.current?.soon();
    };
    const drop = (id: string) => {
      taken.delete(id);
      forget(leaving + id);
    };
    const sent = (id: string) => {
      drop(id);
      sharing.current?.now();
    };
    const box: DraftBox = { text, shared: "", taken, set };
    return {
      box,
      sharing,
      /** Takes up what was kept, and what has been typed into the page before it was alive. */
      start(typed: string) {
        const { content = "", shared = "", replyTo } = kept<Draft>(key) ?? {};
        box.shared = shared;
        set(joined(content === typed ? "" : content, typed), replyTo);
      },
      write,
      answer,
      /** Empties the box for a message, which stays on this device until it is sent or restored. */
      take(): OutgoingMessage {
        const each: OutgoingMessage = { id: ulid(), content: text.peek() };
        if (replyTo.peek()) each.replyTo = replyTo.peek();
        taken.add(each.id);
        keep(leaving + each.id, each);
        replyTo.value = undefined;
        set("");
        return each;
      },
      sent,
      /** Puts a text back that could not leave, before what has been typed since. */
      restore({ id, content, replyTo: answered }: RestoredDraft) {
        replyTo.value ??= answered;
        write(joined(content, text.peek()));
        if (id) drop(id);
      },
      taken,
      /** What earlier visits took is back, or was sent. */
      recovered: () => sent(EARLIER),
    };
  }, []);

  const { shareDraft } = extras.value ?? {};
  useEffect(() => {
    if (!own || !shareDraft) return;
    sharing.current = shareDraft(own, roomID, box);
    return sharing.current.end;
  }, [own, shareDraft]);

  return { text, replyTo, ...deeds };
}

const joined = (...texts: string[]) => texts.filter(Boolean).join("\n");
