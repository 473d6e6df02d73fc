// How far a person has read: also past what they wrote themselves, which the room's runs tell.
import type { Room, Run } from "./schema.ts";

/** How many runs a room keeps: each message sends them to every replica. */
const MAX_RUNS = 3;

/** The runs of a room once `by` has written the message `seq`. */
export function withRun(runs: Run[] = [], by: string, seq: number): Run[] {
  const last = runs.at(-1);
  return last?.by === by
    ? [...runs.slice(0, -1), { ...last, to: seq }]
    : [...runs, { by, from: seq, to: seq }].slice(-MAX_RUNS);
}

/** The last `seq` that a person has read in a room, when their entry `read/…` says `marked`: own messages that follow count as read. */
export const readSeqIn = (
  { runs = [] }: Pick<Room, "runs">,
  userID: string,
  marked: number,
): number =>
  runs.reduce(
    (read, { by, from, to }) =>
      by === userID && read >= from - 1 ? Math.max(read, to) : read,
    marked,
  );
