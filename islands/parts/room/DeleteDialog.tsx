// Asks before a message is deleted.
import { type RichNode, textOf } from "../../../lib/chat/rich_text.ts";
import { roomOnUseStrings as late } from "../../../lib/chat/strings/room_on_use.ts";
import { Dialog } from "../shared/Dialog.tsx";

const words = late.deletion;
const LONGEST = 200; // characters of the message that are shown

type DeleteDialogProps = {
  marks: readonly RichNode[];
  onDelete: () => void;
  onClose: () => void;
};

export function DeleteDialog({ marks, onDelete, onClose }: DeleteDialogProps) {
  return (
    <Dialog title={words.title} onClose={onClose}>
      <blockquote dir="auto">{textOf(marks).slice(0, LONGEST)}</blockquote>
      <p>{words.text}</p>
      <form method="dialog" class="row">
        <button type="submit" class="danger" onClick={onDelete}>
          {words.delete}
        </button>
        <button type="submit" class="quiet" autofocus>{words.cancel}</button>
      </form>
    </Dialog>
  );
}
