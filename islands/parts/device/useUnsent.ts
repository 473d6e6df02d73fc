// What signing out would discard: counted now, and again whenever a tab sends or makes something.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { UnsentCounts } from "../../../lib/chat/strings/device.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import {
  allDrafts,
  allEdits,
  allOutgoing,
  textsIn,
} from "../shared/unsent_text.ts";
import { signingOut } from "../shared/signed_out.ts";
import {
  onUnsentChange,
  type UnsentAnywhere,
  unsentMutations,
} from "../../../lib/replica/outbox/unsent.ts";

export type UnsentHere = UnsentCounts & {
  /** What this person has written in it: nobody is shown what is another's. */
  texts: string[];
  /** A room whose opening sends what this person has unsent in it. */
  roomID?: string;
};

/** Of everybody who was here, as all of it goes. Undefined until it is counted, null when it can't be. */
export function useUnsent(
  userID: string,
): Signal<UnsentHere | null | undefined> {
  const here = useSignal<UnsentHere | null | undefined>(undefined);
  useEffect(() => {
    const look = async () => {
      const found = await countUnsent(userID);
      // What goes with the visit was agreed to.
      if (!signingOut.leaving) here.value = found;
    };
    look();
    addEventListener("storage", look); // what other tabs only keep
    const end = onUnsentChange(look);
    return () => {
      removeEventListener("storage", look);
      end();
    };
  }, []);
  return here;
}

/** What is unsent now; null when it can't be read. */
export async function countUnsent(userID: string): Promise<UnsentHere | null> {
  try {
    return countsOf(userID, await unsentMutations());
  } catch (error) {
    console.warn("What is unsent can't be read", error);
    return null;
  }
}

export const isNothing = (
  { messages, changes, drafts }: UnsentCounts,
): boolean => messages + changes + drafts === 0;

/** What the name of a room's space begins with. */
const ROOM = roomSpace("");

/** Nobody misses these. */
const TRIFLES = new Set(["markRead", "dismissRejection"]);

function countsOf(userID: string, unsent: UnsentAnywhere[]): UnsentHere {
  let [messages, changes] = [0, 0];
  /** By `<userID>/<roomID>`. */
  const drafts = new Map<string, string>();
  const places: string[] = [];
  const texts: string[] = [];
  for (const { userID: author, space, name, args } of unsent) {
    if (TRIFLES.has(name)) continue;
    if (name === "setDraft") {
      // A draft that was sent or taken back is empty.
      const draft = args as { roomID: string; content: string };
      const place = `${author}/${draft.roomID}`;
      if (draft.content === "") drafts.delete(place);
      else drafts.set(place, draft.content);
      continue;
    }
    if (name === "createMessage") messages++;
    else changes++;
    if (author === userID) texts.push(...textsIn(args));
    if (space.startsWith(ROOM)) {
      places.push(`${author}/${space.slice(ROOM.length)}`);
    }
  }
  // What is typed and in no outbox: drafts that no other device knows yet,
  for (const [place, { content, shared }] of allDrafts()) {
    if (content && content !== shared) drafts.set(place, content);
  }
  // messages that were on their way into one, and texts that are being changed.
  for (const [place, { content }] of allOutgoing()) {
    drafts.set(place, content);
  }
  const edits = allEdits();
  const isOwn = (place: string) => place.startsWith(`${userID}/`);
  for (const [place, content] of drafts) if (isOwn(place)) texts.push(content);
  for (const [place, { content }] of edits) {
    if (isOwn(place)) texts.push(content);
  }
  changes += edits.length;
  places.push(...edits.map(([place]) => place), ...drafts.keys());
  const roomID = places.find(isOwn)?.split("/")[1];
  return { messages, changes, drafts: drafts.size, texts, roomID };
}
