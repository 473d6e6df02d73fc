// Text that was typed on this device and is not sent yet: drafts, outgoing messages, begun edits. Their keys in localStorage are spelt here alone.
import type { Message } from "../../../lib/chat/schema.ts";
import { entriesUnder, read, remove, write } from "./local_store.ts";

/** Whose text it is, and in which room: `<userID>/<roomID>`. */
export type Scope = string;

/** What is in a composer; `shared` is what its writer's other devices know of it, `told` what they may know. */
export type Draft = {
  content: string;
  replyTo?: string;
  shared?: string;
  told?: string;
};

/** A message that has left the composer and may be in no outbox yet. */
export type OutgoingMessage = { id: string; content: string; replyTo?: string };

/** Files that go with the next message, and what sends it then: it rejects when the device does not take them, and they are beside the draft again. */
export type Attached = { send(message: OutgoingMessage): Promise<void> };

/** A message that its author is editing, with its new text so far. */
export type BegunEdit = Pick<Message, "id" | "seq" | "content">;

/** `files` is true where some are kept that go with the next message; see kept_files.ts. */
type Kinds = {
  draft: Draft;
  leaving: OutgoingMessage;
  edit: BegunEdit;
  files: true;
};

const keyOf = (kind: keyof Kinds, scope: Scope, id?: string) =>
  id === undefined ? `${kind}/${scope}` : `${kind}/${scope}/${id}`;

/** Everybody's on this device, the newest first. */
export const allOf = <K extends keyof Kinds>(kind: K): [Scope, Kinds[K]][] =>
  entriesUnder<Kinds[K]>(`${kind}/`)
    .map(([rest, value]) => [rest.split("/", 2).join("/"), value]);

export const inScope = <K extends keyof Kinds>(
  kind: K,
  scope: Scope,
): Kinds[K][] =>
  allOf(kind).filter(([each]) => each === scope).map(([, value]) => value);

export const readDraft = (scope: Scope) => read<Draft>(keyOf("draft", scope));
export const saveDraft = (scope: Scope, draft: Draft) =>
  write(keyOf("draft", scope), draft);
export const removeDraft = (scope: Scope) => remove(keyOf("draft", scope));

export const saveOutgoing = (scope: Scope, message: OutgoingMessage) =>
  write(keyOf("leaving", scope, message.id), message);
export const removeOutgoing = (scope: Scope, id: string) =>
  remove(keyOf("leaving", scope, id));

// By message: another tab may be editing another one.
export const readEdit = (scope: Scope, id: string) =>
  read<BegunEdit>(keyOf("edit", scope, id));
export const saveEdit = (scope: Scope, edit: BegunEdit) =>
  write(keyOf("edit", scope, edit.id), edit);
export const removeEdit = (scope: Scope, id: string) =>
  remove(keyOf("edit", scope, id));

/** Says whether files are kept for a room. */
export const markFiles = (scope: Scope, are: boolean): void =>
  are ? write(keyOf("files", scope), true) : remove(keyOf("files", scope));

/** Whether an earlier visit has left something to resume: a message on its way, an edit, or files. */
export const hasUnfinished = (scope: Scope): boolean =>
  (["leaving", "edit", "files"] as const)
    .some((kind) => inScope(kind, scope).length > 0);

/** The texts in a mutation's args: of a message or a draft, a room's name and topic. */
export function textsIn(args: unknown): string[] {
  const { content, name, topic } = (args ?? {}) as Record<string, unknown>;
  return [content, name, topic].filter((text): text is string =>
    typeof text === "string" && text !== ""
  );
}
