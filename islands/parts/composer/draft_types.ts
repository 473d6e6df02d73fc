// What is in a box to write in, and what was in it, as all who have to do with it see it.
import type { Signal } from "@preact/signals";
import { MAX_CONTENT } from "../../../lib/chat/lengths.ts";

/** `shared` is what one's other devices know of it. */
export type Draft = { content: string; replyTo?: string; shared?: string };

/** A message as it leaves the box. */
export type OutgoingMessage = { id: string; content: string; replyTo?: string };

/** A text that is not sent after all; with the `id` under which it was taken. */
export type RestoredDraft = Omit<OutgoingMessage, "id"> & { id?: string };

/** A box as those see it who share it with other devices. */
export type DraftBox = {
  text: Signal<string>;
  shared: string;
  /** The IDs of what was taken and is in no outbox yet: until then it is kept here. */
  taken: Set<string>;
  set(content: string, answered?: string): void;
};

/** Tells other devices of what is in a box: at once, or after a pause. */
export type Sharing = { now(): void; soon(): void; end(): void };

/** Whether it is too long for other devices to be told of it: it stays in its tab, and on its device. */
export const isTooLong = (text: string): boolean => text.length > MAX_CONTENT;

/** Has the room's writer go on in its box. */
export const toBox = (): void =>
  document.querySelector<HTMLElement>(".composer textarea")?.focus();
