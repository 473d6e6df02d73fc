// Puts back into the box what an earlier visit took out of it and did not send.
import { messageIn } from "../../../lib/chat/queries.ts";
import type { RoomView } from "../../../lib/chat/views.ts";
import { keptUnder } from "../shared/keptUnder.ts";
import type { RoomReplica } from "../room/useRoom.ts";
import type { OutgoingMessage, RestoredDraft } from "./draft_types.ts";

type Recovering = {
  taken: ReadonlySet<string>;
  sent(id: string): void;
  restore(text: RestoredDraft): void;
  recovered(): void;
};

/** `whose` says whose box it is, and in which room. */
export async function recoverOutgoing(
  whose: string,
  { taken, sent, restore, recovered }: Recovering,
  replica: RoomReplica,
  html: RoomView,
): Promise<void> {
  const unsent = await replica.unsent();
  const here = new Set(html.messages.map(({ id }) => id));
  for (const { args } of unsent) {
    here.add((args as OutgoingMessage | null)?.id ?? "");
  }
  for (const [id, each] of keptUnder<OutgoingMessage>(`leaving/${whose}/`)) {
    if (taken.has(id)) continue; // by this visit: it is under way
    const there = await replica.query((tx) => messageIn(tx, id));
    // Once too often in the box is better than nowhere.
    if (there || here.has(id)) sent(id);
    else restore(each);
  }
  recovered();
}
