// Shows why sending is paused, with what one can do; and whether the browser stores unsent messages.
import { useSignal } from "@preact/signals";
import type { Room } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { Status } from "../../../lib/replica/mod.ts";
import { cancelUpload, unsentMessages } from "../files/uploads.ts";
import { copyText } from "../shared/copy_text.ts";
import { Dialog } from "../shared/Dialog.tsx";
import type { RoomReplica } from "../shared/replicas.ts";
import { textsIn } from "../shared/unsent_text.ts";

const words = roomOnUseStrings.paused;

type PausedProps = { replica: RoomReplica; room: Room; status: Status };

/** Why the replica is paused, if it is: to send again, copy or discard what is unsent. */
export function Paused(props: PausedProps) {
  const { replica, room, status: { paused, unsent } } = props;
  const result = useSignal("");
  const confirming = useSignal(false);
  if (!paused) return null;
  /** Also what is not counted, as that the room was begun. */
  const isKept = replica.status.value.unsent > 0;

  const failed = (error: unknown) => {
    console.error(error);
    result.value = roomOnUseStrings.notNow;
  };
  async function discard() {
    // Their files first: without the message nobody would see what is left of them.
    for (const { id, roomID, state } of unsentMessages.peek()) {
      if (roomID === room.id && state === "sent") await cancelUpload(id);
    }
    await replica.discardUnsent();
    if (room.pending) location.assign("/"); // nothing is left of it
  }
  async function copy() {
    const unsent = await replica.unsent();
    const texts = unsent.flatMap(({ args }) => textsIn(args));
    const copied = texts.length > 0 && await copyText(texts.join("\n\n"));
    result.value = texts.length === 0
      ? words.noText
      : copied
      ? words.copied
      : words.notCopied;
  }

  return (
    <>
      <div class="refusal paused">
        <p role="alert">
          <strong>
            {room.pending && words.notBegun[paused] || words.why[paused]}
          </strong>{" "}
          {(unsent > 0 || !isKept) && words.unsent(unsent)}
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
            <button
              type="button"
              class="quiet"
              onClick={() => copy().catch(failed)}
            >
              {words.copy}
            </button>
          )}
          {isKept && (
            <button
              type="button"
              class="quiet"
              onClick={() => confirming.value = true}
            >
              {words.discard}
            </button>
          )}
          <span role="status">{result.value}</span>
        </div>
      </div>
      {confirming.value && (
        <DiscardDialog
          unsent={unsent}
          onDiscard={() => discard().catch(failed)}
          onClose={() => confirming.value = false}
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

/** What becomes of writing while there is no network, or no disk. */
export function StorageHint({ inMemory, unstored, unsent }: Status) {
  const hint = inMemory
    ? "nothing"
    : unstored
    ? "unstored"
    : unsent > 0
    ? "unsent"
    : "all";
  return <span class="keeps">{roomOnUseStrings.storage[hint]}</span>;
}
