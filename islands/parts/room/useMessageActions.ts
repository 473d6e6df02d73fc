// What can be done with messages now, bound to this browser's copy of the room.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import type { MessageActions } from "../message/message_actions.ts";
import { loadExtras } from "./lazy.ts";
import type { RoomReplica } from "./useRoom.ts";
import { errorWords } from "../shared/error_words.ts";

type Also = Pick<MessageActions, "jump" | "reply" | "edit">;

/**
 * `acts` for the messages, the same object for as long as `replica` is;
 * without one only what needs no writing. `deleting` is the message that it was
 * asked to delete, `notice` what there is to say of what has been done.
 */
export function useMessageActions(
  replica: RoomReplica | undefined,
  also: Also,
) {
  const deleting = useSignal<Message | undefined>(undefined);
  const notice = useSignal("");
  const { jump, reply, edit } = also;

  const acts = useMemo((): MessageActions => {
    const reading: MessageActions = {
      jump,
      copyLink({ id }) {
        loadExtras().then(({ copyLink }) => copyLink(id)).then(say, say);
      },
    };
    if (!replica) return reading;
    const { mutate } = replica;
    return {
      ...reading,
      reply,
      edit,
      save: (id, content) => mutate.editMessage({ id, content }),
      react(id, emoji, on) {
        mutate.setReaction({ id, emoji, on }).catch(say);
      },
      askToDelete(message) {
        deleting.value = message;
      },
    };
  }, [replica]);

  /** Tells of something: in words, or of an error. */
  function say(what: unknown) {
    notice.value = typeof what === "string" ? what : errorWords(what);
  }
  return { acts, deleting, notice, say };
}
