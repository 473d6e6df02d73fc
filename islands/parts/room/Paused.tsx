// Why nothing goes out or comes in any more, what is kept because of it, and what one can do.
import { useSignal } from "@preact/signals";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { Status } from "../../../lib/replica/mod.ts";
import { copyText } from "../shared/copyText.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { textsIn } from "../shared/textsIn.ts";
import type { RoomReplica } from "./useRoom.ts";

const words = roomOnUseStrings.paused;

type PausedProps = { replica: RoomReplica; status: Status };

export function Paused({ replica, status: { paused, unsent } }: PausedProps) {
  const said = useSignal("");
  const asking = useSignal(false);
  if (!paused) return null;

  const failed = (error: unknown) => {
    console.error(error);
    said.value = roomOnUseStrings.notNow;
  };
  async function copy() {
    const unsent = await replica.unsent();
    const texts = unsent.flatMap(({ args }) => textsIn(args));
    const copied = await copyText(texts.join("\n\n"));
    said.value = copied ? words.copied : words.notCopied;
  }

  return (
    <>
      <div class="refusal paused">
        <p role="alert">
          <strong>{words.why[paused]}</strong> {words.kept(unsent)}
        </p>
        <div class="row">
          {paused === "signed out"
            ? (
              <a
                class="button"
                href={`/signin?next=${encodeURIComponent(location.pathname)}`}
              >
                {words.signIn}
              </a>
            )
            : paused === "outdated"
            ? (
              <button type="button" onClick={() => location.reload()}>
                {roomStrings.room.reload}
              </button>
            )
            : (
              <button type="button" onClick={() => replica.resume()}>
                {words.again}
              </button>
            )}
          {unsent > 0 && (
            <>
              <button
                type="button"
                class="quiet"
                onClick={() => copy().catch(failed)}
              >
                {words.copy}
              </button>
              <button
                type="button"
                class="quiet"
                onClick={() => asking.value = true}
              >
                {words.discard}
              </button>
            </>
          )}
          <span role="status">{said.value}</span>
        </div>
      </div>
      {asking.value && (
        <DiscardDialog
          unsent={unsent}
          onDiscard={() => replica.discard().catch(failed)}
          onClose={() => asking.value = false}
        />
      )}
    </>
  );
}

type DiscardDialogProps = {
  unsent: number;
  onDiscard: () => void;
  onClose: () => void;
};

function DiscardDialog({ unsent, onDiscard, onClose }: DiscardDialogProps) {
  return (
    <Dialog title={words.discardTitle(unsent)} onClose={onClose}>
      <p>{words.discardText}</p>
      <form method="dialog" class="row">
        <button type="submit" class="danger" onClick={onDiscard}>
          {words.discard}
        </button>
        <button type="submit" class="quiet" autofocus>{words.cancel}</button>
      </form>
    </Dialog>
  );
}
