// Whether the room is in step with the server, and how many mutations are not sent.
import type { ComponentChildren } from "preact";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import type { Status } from "../../../lib/replica/mod.ts";
import { useSustained } from "../shared/useSustained.ts";

/** A shorter sync than this, in milliseconds, is not mentioned. */
const SHORT_SYNC = 500;

const words = roomStrings.connection;

type ConnectionProps = {
  status: Status;
  /** Shown while what one writes stays on the device, or only in its memory. */
  children: ComponentChildren;
};

export function Connection({ status, children }: ConnectionProps) {
  const { online, unsent } = status;
  const busy = online && !status.paused && (status.syncing || unsent > 0);
  const isLong = useSustained(busy, SHORT_SYNC);
  const state = status.paused
    ? "paused"
    : !online
    ? "offline"
    : isLong
    ? "syncing"
    : "online";
  const parts: string[] = [words[state]];
  if (unsent > 0 && state !== "online") parts.push(words.unsent(unsent));
  return (
    <p class="connection" data-state={state}>
      <span role="status" aria-label={words.label}>{parts.join(" · ")}</span>
      {(status.inMemory || status.unstored || state === "offline") && children}
    </p>
  );
}
