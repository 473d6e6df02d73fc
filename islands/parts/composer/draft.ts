// What is being written in a room, and which message it answers: stored on the device with every key, and shared with one's other devices.
import { signal } from "@preact/signals";
import { ulid } from "@std/ulid";
import { MAX_CONTENT } from "../../../lib/chat/lengths.ts";
import { mergeDrafts } from "../../../lib/chat/merge_drafts.ts";
import { isVisible } from "../../../lib/chat/visible.ts";
import { errorWords } from "../shared/error_words.ts";
import {
  type Attached,
  type Draft,
  type OutgoingMessage,
  readDraft,
  removeDraft,
  removeOutgoing,
  saveDraft,
  saveOutgoing,
  type Scope,
} from "../shared/unsent_text.ts";

export type ComposerDraft = ReturnType<typeof createDraft>;

/** A text that is not sent after all; with the `id` under which it was taken. */
export type RestoredDraft = Omit<OutgoingMessage, "id"> & { id?: string };

/** Tells other devices of the draft: at once, or after a pause. */
type Sharing = { now(): void; soon(): void };

/** Stands for all that earlier visits took, until it has been looked for. */
const EARLIER = "";

/** Whether it is too long to be shared: it stays in its tab, and on its device. */
export const isTooLong = (text: string): boolean => text.length > MAX_CONTENT;

export function createDraft(scope: Scope) {
  const text = signal("");
  const replyTo = signal<string | undefined>(undefined);
  const attached = signal<Attached | undefined>(undefined);
  let started = false;
  const draft = {
    scope,
    text,
    replyTo,
    /** Whether it is to be sent as soon as that can be, also when another room is shown by then. */
    due: signal(false),
    /** Why it was not sent, in words. */
    refusal: signal(""),
    attached,
    /** The text as other devices know it. */
    shared: "",
    /** What they were told last: the same, unless a page has ended in between. */
    told: "",
    /** Once they can be told. */
    sharing: undefined as Sharing | undefined,
    /** Whether they are being told. */
    telling: false,
    /** The IDs of messages that were taken and may be in no outbox yet. */
    outgoing: new Set([EARLIER]),

    /** Takes up, once, what was stored, and what was typed into the page before its script ran. */
    start(typed: string) {
      if (started) return;
      started = true;
      const { content = "", shared = "", told = shared, replyTo } =
        readDraft(scope) ?? {};
      draft.shared = shared;
      draft.told = told;
      // After a reload the browser may have put it into the box, where its writer has gone on.
      draft.set(
        typed.startsWith(content) ? typed : joined(content, typed),
        replyTo,
      );
    },
    /** Sets the text without telling other devices. */
    set(content: string, answered = replyTo.peek()) {
      const before = text.peek();
      text.value = content;
      replyTo.value = answered;
      const { shared, told } = draft;
      // What is too long to share may be another tab's, and is nowhere else.
      const { content: other = "" } = readDraft(scope) ?? {};
      const merged = isTooLong(other) && !isTooLong(content)
        ? mergeDrafts(other, before, content)
        : content;
      if (merged + shared + told === "" && !answered) return removeDraft(scope);
      saveDraft(scope, { content: merged, shared, told, replyTo: answered });
    },
    write(content: string) {
      draft.set(content);
      draft.sharing?.soon();
    },
    /** Keeps in mind, across visits, what other devices know or have been told. */
    note(known: Pick<Draft, "shared" | "told">) {
      Object.assign(draft, known);
      draft.set(text.peek());
    },
    answer(id: string | undefined) {
      replyTo.value = id;
      draft.set(text.peek());
    },
    /** Empties the composer for a message, which stays on this device until it is sent or restored. */
    take(): OutgoingMessage {
      const message: OutgoingMessage = { id: ulid(), content: text.peek() };
      if (replyTo.peek()) message.replyTo = replyTo.peek();
      draft.outgoing.add(message.id);
      saveOutgoing(scope, message);
      replyTo.value = undefined;
      draft.set("");
      return message;
    },
    /** Sends it, and has it back where that fails; `createMessage` throws a Refusal with the reason. */
    async send(createMessage: (message: OutgoingMessage) => Promise<void>) {
      draft.due.value = false;
      const files = attached.peek();
      if (!files && !isVisible(text.peek())) return; // another tab may have sent it
      const message = draft.take();
      draft.refusal.value = "";
      try {
        await (files ? files.send(message) : createMessage(message));
        draft.sent(message.id);
      } catch (error) {
        draft.restore(message);
        draft.refusal.value = errorWords(error);
      }
    },
    sent(id: string) {
      drop(id);
      draft.sharing?.now();
    },
    /** Puts a text back that could not be sent, before what has been typed since. */
    restore({ id, content, replyTo: answered }: RestoredDraft) {
      replyTo.value ??= answered;
      draft.write(joined(content, text.peek()));
      if (id) drop(id);
    },
    /** What earlier visits took is back, or was sent. */
    recovered: () => draft.sent(EARLIER),
  };
  const drop = (id: string) => {
    draft.outgoing.delete(id);
    removeOutgoing(scope, id);
  };
  return draft;
}

const joined = (...texts: string[]) => texts.filter(Boolean).join("\n");
