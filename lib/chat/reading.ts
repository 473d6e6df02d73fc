// How far somebody has read, by what they have written themselves as well.
import type { Room } from "./schema.ts";

/** The last `seq` that a person has read in a room, when `marked` is the last that they were seen to. */
export const readSeqIn = (
  { messageCount, run }: Pick<Room, "messageCount" | "run">,
  userID: string,
  marked: number,
): number =>
  run?.by === userID && marked >= run.from - 1 ? messageCount : marked;
