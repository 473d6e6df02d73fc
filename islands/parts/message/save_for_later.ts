// Saves messages for later: the button beside a message, and what it does.
import { signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import {
  copyOf,
  MAX_SAVED,
  savedOf,
  tooManySaved,
} from "../../../lib/chat/inbox.ts";
import { type RichNode, textOf } from "../../../lib/chat/rich_text.ts";
import type { Message, MessageCopy } from "../../../lib/chat/schema.ts";
import { inboxStrings } from "../../../lib/chat/strings/inbox.ts";
import type { UserReplica } from "../shared/replicas.ts";
import { openRoomID } from "../shared/room_navigation.ts";
import { userReplica } from "../shared/room_store.ts";
import type { ToolbarButton } from "./MessageToolbar.tsx";

type RichTextOf = (content: string) => readonly RichNode[];
type OnError = (error: unknown) => void;

/** The keys of the copies of what the person has saved, texts as they are shown, and who is told of what did not work. */
const known = signal<
  | { keys: ReadonlySet<string>; richTextOf: RichTextOf; onError: OnError }
  | undefined
>(undefined);

/** Saves a message for later beside `count` others, or takes it out again. One that was taken out comes back with its `savedAt` into its place. Throws a `full` refusal. */
export async function setSaved(
  replica: UserReplica,
  copy: MessageCopy & { savedAt?: number },
  isSaved: boolean,
  count: number,
): Promise<void> {
  const { roomID, id } = copy;
  if (!isSaved) return await replica.mutate.setSaved({ roomID, id });
  // The server says so, too, where nobody waits for it.
  if (count >= MAX_SAVED) throw tooManySaved();
  const message = { savedAt: Date.now(), ...copy };
  // At once: the page may be left in the next moment.
  await replica.mutate.setSaved({ roomID, id, message });
}

/** Has the buttons say what is saved; until then there are none. */
export function useSavedKeys(
  replica: UserReplica | undefined,
  richTextOf: RichTextOf,
  onError: OnError,
): void {
  useEffect(() =>
    replica?.subscribe(
      (tx) => tx.scan({ prefix: "saved/" }).keys().toArray(),
      (keys) => known.value = { keys: new Set(keys), richTextOf, onError },
    ), [replica, richTextOf]);
}

/** Whether the person has saved anything of a room, as far as that is known. */
export const hasSavedOf = (roomID: string): boolean =>
  known.value !== undefined &&
  [...known.value.keys].some((key) => key.startsWith(savedOf(roomID)));

/** The button of a message of the room that is shown; none for one that the server has not confirmed. */
export function saveButton(
  message: Message,
  button: ToolbarButton,
): VNode | undefined {
  const [replica, roomID] = [userReplica.value, openRoomID.value];
  if (!replica || !roomID || !known.value || message.pending) return undefined;
  const { keys, richTextOf, onError } = known.value;
  const isSaved = keys.has(savedOf(roomID) + message.id);
  return button(
    isSaved ? "later saved" : "later",
    isSaved ? inboxStrings.unsave : inboxStrings.save,
    () => {
      const words = textOf(richTextOf(message.content));
      const copy = copyOf(roomID, message, words);
      setSaved(replica, copy, !isSaved, keys.size).catch(onError);
    },
  );
}
