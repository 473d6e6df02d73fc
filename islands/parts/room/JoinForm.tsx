// Asks a visitor whether to join the room: a plain form, which works before any script.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { returnToComposer } from "../shared/writing_focus.ts";

const words = roomStrings.joining;

type JoinFormProps = {
  /** Whether the person was in the room before. */
  wasMember: boolean;
  /** Joins, and throws when that fails; undefined until it is loaded. */
  join: (() => Promise<void>) | undefined;
  onError: (error: unknown) => void;
};

export function JoinForm({ wasMember, join, onError }: JoinFormProps) {
  const busy = useSignal(false);
  const hasJoined = useRef(false);
  // Goes once the person is a member, who wants to write.
  useEffect(() => () => {
    if (hasJoined.current) requestAnimationFrame(returnToComposer);
  }, []);
  return (
    <form
      class="join"
      method="post"
      onSubmit={(event) => {
        if (!join) return;
        event.preventDefault();
        if (busy.value) return;
        busy.value = true;
        hasJoined.current = true;
        join().catch((error) => {
          busy.value = hasJoined.current = false;
          onError(error);
        });
      }}
    >
      <p role={wasMember ? "alert" : undefined}>
        {wasMember ? words.notIn : words.looking}
      </p>
      <button type="submit" aria-disabled={busy.value}>{words.join}</button>
    </form>
  );
}
