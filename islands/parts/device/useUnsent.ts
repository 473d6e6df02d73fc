// Counts what has not been sent from this device, which signing out would discard: now, and again after each change in any tab.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { UnsentCounts } from "../../../lib/chat/strings/device.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import { allOf, type Scope, textsIn } from "../shared/unsent_text.ts";
import { allKept } from "../files/kept_files.ts";
import { allUnsent, type UnsentMessage } from "../files/upload_store.ts";
import { signingOut } from "../shared/sign_out_channel.ts";
import { onUnsentChange } from "../../../lib/replica/outbox/all_tabs.ts";
import {
  type UnsentAnywhere,
  unsentMutations,
} from "../../../lib/replica/outbox/unsent.ts";

export type UnsentOnDevice = UnsentCounts & {
  /** The unsent texts of this person; never those of others. */
  texts: string[];
  /** A room in which this person has something unsent: opening it sends that. */
  roomID?: string;
};

/** Counts for all who have used this browser, as signing out erases it all. Undefined until it is counted, null when it can't be. */
export function useUnsent(
  userID: string,
): Signal<UnsentOnDevice | null | undefined> {
  const unsent = useSignal<UnsentOnDevice | null | undefined>(undefined);
  useEffect(() => {
    const count = async () => {
      const counted = await countUnsent(userID);
      // What signing out erases now was shown before.
      if (!signingOut.byThisTab) unsent.value = counted;
    };
    count();
    addEventListener("storage", count); // texts that other tabs have yet to send
    const end = onUnsentChange(count);
    return () => {
      removeEventListener("storage", count);
      end();
    };
  }, []);
  return unsent;
}

/** What is unsent now; null when it can't be read. */
export async function countUnsent(
  userID: string,
): Promise<UnsentOnDevice | null> {
  try {
    return countsOf(
      userID,
      await unsentMutations(),
      await allUnsent(),
      await allKept(),
    );
  } catch (error) {
    console.warn("What is unsent can't be read", error);
    return null;
  }
}

export const isNothing = (
  { messages, changes, drafts }: UnsentCounts,
): boolean => messages + changes + drafts === 0;

const ROOM_PREFIX = roomSpace("");

/** Mutations whose loss nobody would notice. */
const NOT_COUNTED = new Set(["markRead", "dismissRejection", "beginDirect"]);

function countsOf(
  userID: string,
  unsent: UnsentAnywhere[],
  withFiles: UnsentMessage[],
  kept: Scope[],
): UnsentOnDevice {
  let [messages, changes] = [0, 0];
  /** By `<userID>/<roomID>`. */
  const drafts = new Map<string, string>();
  const messageIDs = new Set<unknown>();
  const places: string[] = [];
  const texts: string[] = [];
  for (const { userID: author, space, name, args } of unsent) {
    if (NOT_COUNTED.has(name)) continue;
    if (name === "setDraft") {
      // A draft that was sent or taken back is empty.
      const draft = args as { roomID: string; content: string };
      const place = `${author}/${draft.roomID}`;
      if (draft.content === "") drafts.delete(place);
      else drafts.set(place, draft.content);
      continue;
    }
    if (name === "createMessage") {
      messages++;
      messageIDs.add((args as { id?: unknown } | null)?.id);
    } else changes++;
    if (author === userID) texts.push(...textsIn(args));
    if (space.startsWith(ROOM_PREFIX)) {
      places.push(`${author}/${space.slice(ROOM_PREFIX.length)}`);
    }
  }
  // Those whose files have not gone up; then they are among the others.
  for (const { userID: author, roomID, content, state } of withFiles) {
    if (state === "sent") continue;
    messages++;
    places.push(`${author}/${roomID}`);
    if (author === userID && content) texts.push(content);
  }
  // What is typed and in no outbox: drafts that no other device knows yet,
  for (const [place, { content, shared }] of allOf("draft")) {
    if (content && content !== shared) drafts.set(place, content);
  }
  // files that go with the next message,
  for (const place of kept) drafts.set(place, drafts.get(place) ?? "");
  // messages that were on their way into one, and texts that are being changed.
  for (const [place, { id, content }] of allOf("leaving")) {
    if (!messageIDs.has(id)) drafts.set(place, content);
  }
  const edits = allOf("edit");
  const isOwn = (place: string) => place.startsWith(`${userID}/`);
  for (const [place, content] of drafts) {
    if (isOwn(place) && content) texts.push(content);
  }
  for (const [place, { content }] of edits) {
    if (isOwn(place)) texts.push(content);
  }
  changes += edits.length;
  places.push(...edits.map(([place]) => place), ...drafts.keys());
  const roomID = places.find(isOwn)?.split("/")[1];
  return { messages, changes, drafts: drafts.size, texts, roomID };
}
