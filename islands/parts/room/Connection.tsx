// Whether the room is in step with the server, and what has not been sent.
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import type { Status } from "../../../lib/replica/mod.ts";
import { extras } from "./lazy.ts";
import { useLonger } from "../shared/useLonger.ts";

/** Shorter syncs than this, in milliseconds, are not worth a word. */
const PATIENCE = 500;

const words = texts.connection;

export function Connection({ status }: { status: Status }) {
  const { online, unsent } = status;
  const busy = online && !status.paused && (status.syncing || unsent > 0);
  const long = useLonger(busy, PATIENCE);
  const state = status.paused
    ? "paused"
    : !online
    ? "offline"
    : long
    ? "syncing"
    : "online";
  const Keeps = extras.value?.Keeps;
  const parts: string[] = [words[state]];
  if (unsent > 0 && state !== "online") parts.push(words.unsent(unsent));
  return (
    <p class="connection" data-state={state}>
      <span role="status" aria-label={words.label}>{parts.join(" · ")}</span>
      {Keeps && (status.inMemory || state === "offline") && (
        <Keeps {...status} />
      )}
    </p>
  );
}
