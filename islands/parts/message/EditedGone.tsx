// A message that is deleted while its author changes it: the text goes on.
import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { useHistory } from "../timeline/useHistory.ts";

export type EditedGoneProps = {
  editing: {
    editing: Signal<Pick<Message, "id" | "seq" | "content"> | undefined>;
    end(): void;
  };
  /** All that the copy holds, and whether there is more further back. */
  messages: readonly Message[];
  past: ReturnType<typeof useHistory>;
  restore: (text: { content: string }) => void;
  notice: Signal<string>;
};

export function EditedGone(props: EditedGoneProps) {
  const { editing, messages, past, restore, notice } = props;
  const { value } = editing.editing;
  const isThere = ({ id }: Message) => id === value?.id;
  // What is further back than the copy goes may well be there.
  const isGone = value !== undefined && !messages.some(isThere) &&
    (!past.more || value.seq >= (messages[0]?.seq ?? 0));
  useEffect(() => {
    if (!isGone) return;
    restore({ content: value.content });
    editing.end();
    notice.value = roomOnUseStrings.edit.gone;
  }, [isGone]);
  return null;
}
