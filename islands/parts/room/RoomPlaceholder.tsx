// Stands where a room will be that is not on this device, or not read from it yet.
import { useEffect } from "preact/hooks";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { useSustained } from "../shared/useSustained.ts";
import type { OpenRoom } from "./open_rooms.ts";
import { Reload } from "./Reload.tsx";

/** What is on this device is there before anything need be said, in milliseconds. */
const SILENT_FOR = 300;

const words = roomStrings.placeholder;

/** `open` is undefined where no room is chosen. */
export function RoomPlaceholder({ open }: { open: OpenRoom | undefined }) {
  const { status, failed } = open ?? {};
  const isLong = useSustained(true, SILENT_FOR);
  // A room that is not there, or not for this person: the server has the words
  // for it, if it answers in time. Once: the stored page may come again. What
  // was begun here is about to be read, and says itself why it can't be made.
  const isRefused = status?.paused !== undefined && !open!.seenStatus;
  useEffect(() => {
    if (isRefused && !location.search) {
      location.replace(`?asked${location.hash}`);
    }
  }, [isRefused]);
  return (
    <div class="log-frame placeholder" aria-busy={open !== undefined}>
      <div class="lines" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      {isLong && (
        <p role="status">
          {!open ? words.none : status?.online ? words.loading : words.offline}
        </p>
      )}
      {(failed || isRefused) && <Reload />}
    </div>
  );
}
