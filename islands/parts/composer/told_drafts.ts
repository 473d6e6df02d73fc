// What earlier visits have told other devices of drafts, and had not sent when this page was opened.
import { unsentMutations } from "../../../lib/replica/outbox/unsent.ts";

/** By roomID: what the draft has been on its way, the last one last. Written in browsers only. */
const told = new Map<string, string[]>();

/** To be called before the replica of the person's own space is open, as that sends what is unsent. */
export async function readToldDrafts(userID: string): Promise<void> {
  type Told = { roomID: string; content: string; was?: string };
  for (const { userID: owner, name, args } of await unsentMutations()) {
    if (owner !== userID || name !== "setDraft") continue;
    const { roomID, content, was = "" } = args as Told;
    told.set(roomID, [...told.get(roomID) ?? [], was, content]);
  }
}

/**
 * Whether a state of a room's draft is one that it has been in on this device.
 * A replica with other mutators, as of a new release, begins without what is
 * unsent, and goes the same way again: none of it is another device's.
 */
export function wasToldBefore(roomID: string, draft: string): boolean {
  const states = told.get(roomID);
  if (!states) return false;
  const isTold = states.includes(draft);
  // It has come that far, or further.
  if (!isTold || draft === states.at(-1)) told.delete(roomID);
  return isTold;
}
