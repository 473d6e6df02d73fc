// What can be done with messages now, bound to this browser's replica of the room.
import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import type { MessageActions } from "../message/MessageToolbar.tsx";
import type { RoomReplica } from "../shared/replicas.ts";

type Handlers =
  & Required<Pick<MessageActions, "jump" | "copyLink" | "reply" | "edit">>
  & Pick<MessageActions, "EmojiChoice" | "CodeBlock" | "saveButton">
  & {
    /** Told of what did not work. */
    onError: (error: unknown) => void;
  };

/**
 * `actions` stays the same object for as long as the replica does; without one
 * it has only what needs no writing. `deleting` is the message that was asked
 * to be deleted.
 */
export function useMessageActions(
  replica: RoomReplica | undefined,
  handlers: Handlers,
): { actions: MessageActions; deleting: Signal<Message | undefined> } {
  const deleting = useSignal<Message | undefined>(undefined);
  const { reply, edit, saveButton, onError, ...always } = handlers;

  const actions = useMemo((): MessageActions => {
    if (!replica) return always;
    const { mutate } = replica;
    return {
      ...always,
      reply,
      edit,
      saveButton,
      save: (id, content) => mutate.editMessage({ id, content }),
      react(id, emoji, on) {
        mutate.setReaction({ id, emoji, on }).catch(onError);
      },
      askToDelete(message) {
        deleting.value = message;
      },
    };
  }, [replica, always.EmojiChoice]); // which comes with CodeBlock
  return { actions, deleting };
}
