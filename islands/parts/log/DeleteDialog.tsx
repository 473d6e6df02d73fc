// Asks before a message is deleted.
import { useEffect, useRef } from "preact/hooks";
import { type Mark, wordsOf } from "../../../lib/chat/marks.ts";
import { spokenLate as late } from "../../../lib/chat/spoken_late.ts";

const words = late.deletion;
const LONGEST = 200; // characters of the message that are shown

type DeleteDialogProps = {
  marks: readonly Mark[];
  onDelete: () => void;
  onClose: () => void;
};

export function DeleteDialog({ marks, onDelete, onClose }: DeleteDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="card"
      aria-labelledby="delete-title"
      aria-describedby="delete-text"
      onClose={onClose}
    >
      <h2 id="delete-title">{words.title}</h2>
      <blockquote dir="auto">{wordsOf(marks).slice(0, LONGEST)}</blockquote>
      <p id="delete-text">{words.text}</p>
      <form method="dialog" class="row">
        <button type="submit" class="danger" onClick={onDelete}>
          {words.delete}
        </button>
        <button type="submit" class="quiet">{words.cancel}</button>
      </form>
    </dialog>
  );
}
