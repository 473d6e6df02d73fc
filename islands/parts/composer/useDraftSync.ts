// Keeps a draft in step with this browser's replicas: shares it with one's other devices, and puts back what an earlier visit took and did not send.
import { useEffect } from "preact/hooks";
import type { ReadTransaction } from "replicache";
import { mayHaveDraft } from "../../../lib/chat/drafts.ts";
import { mergeDrafts } from "../../../lib/chat/merge_drafts.ts";
import { draftOf, messageIn } from "../../../lib/chat/queries.ts";
import type { RoomView } from "../../../lib/chat/views.ts";
import {
  onFresh,
  type RoomReplica,
  type UserReplica,
} from "../shared/replicas.ts";
import { inScope, type OutgoingMessage } from "../shared/unsent_text.ts";
import { type ComposerDraft, isTooLong } from "./draft.ts";
import { wasToldBefore } from "./told_drafts.ts";

/** Other devices are told of a draft once its writer has paused for so long, in milliseconds. */
const TELL_AFTER = 1_000;

/** The replicas are undefined until they are open; `withFiles` gives the IDs of messages whose files are on their way. */
export function useDraftSync(
  draft: ComposerDraft,
  replica: RoomReplica | undefined,
  userReplica: UserReplica | undefined,
  initialView: RoomView,
  withFiles: () => Promise<string[]>,
): void {
  useEffect(() => {
    if (!replica) return;
    recover(draft, replica, initialView, withFiles).catch(reportError);
  }, [replica]);
  useEffect(
    () => userReplica && share(draft, userReplica, initialView.room.id),
    [userReplica],
  );
}

/** Puts back what was taken out of the composer and is neither in the outbox nor sent. */
async function recover(
  draft: ComposerDraft,
  replica: RoomReplica,
  initialView: RoomView,
  withFiles: () => Promise<string[]>,
): Promise<void> {
  const unsent = await replica.unsent();
  const known = new Set(initialView.messages.map(({ id }) => id));
  for (const { args } of unsent) {
    known.add((args as OutgoingMessage | null)?.id ?? "");
  }
  // With files it is there before it is in the outbox.
  for (const id of await withFiles()) known.add(id);
  for (const message of inScope("leaving", draft.scope)) {
    const { id } = message;
    if (draft.outgoing.has(id)) continue; // taken by this visit: it is under way
    const stored = await replica.query((tx) => messageIn(tx, id));
    // Once too often in the composer is better than nowhere.
    if (stored || known.has(id)) draft.sent(id);
    else draft.restore(message);
  }
  draft.recovered();
}

/** Tells other devices of the draft, and takes up what they tell; returns the end of it. */
function share(
  draft: ComposerDraft,
  userReplica: UserReplica,
  roomID: string,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let mayTell = false; // until that is known

  async function now() {
    clearTimeout(timer);
    const content = draft.text.peek();
    // Others are not told that a message is gone before it is on its way.
    if (isTooLong(content) || draft.outgoing.size > 0) return;
    // One that the server would not keep stays on this device: it would look emptied.
    if (draft.telling || !mayTell) return;
    draft.telling = true;
    try {
      // Again what a page that has ended may have told: what was typed since goes on from it.
      for (const state of [draft.told, content]) {
        const was = draft.shared;
        if (state === was || isTooLong(state)) continue;
        draft.note({ told: state });
        await userReplica.mutate.setDraft({ roomID, content: state, was });
        draft.note({ shared: state });
      }
      const theirs = await userReplica.query(read);
      draft.telling = false;
      adopt(theirs);
    } catch (error) {
      draft.telling = false;
      reportError(error);
    }
  }
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(now, TELL_AFTER);
  }
  /** Takes over what another device has written; merges it where this one has gone on, too. */
  function adopt(theirs: string) {
    if (draft.telling) return; // `now` asks for it afterwards
    // What an earlier visit left of it may be older than what is stored beside it.
    if (!userReplica.status.peek().fresh) return;
    if (isTooLong(draft.text.peek())) return; // asked for once it is shorter
    const isOwn = wasToldBefore(roomID, theirs);
    const was = isOwn ? theirs : draft.told;
    // What was told may be in it, or be on its way.
    const told = isOwn ? theirs : mergeDrafts(theirs, draft.shared, was);
    Object.assign(draft, { shared: theirs, told });
    draft.set(mergeDrafts(told, was, draft.text.peek()));
    if (draft.text.peek() !== theirs) soon();
  }

  const read = (tx: ReadTransaction) => draftOf(tx, roomID);
  const unsubscribe = userReplica.subscribe(read, adopt);
  const endLimit = userReplica.subscribe(
    (tx) => mayHaveDraft(tx, roomID),
    (may) => {
      mayTell = may;
      if (may) soon();
    },
  );
  const unfollow = onFresh(
    userReplica,
    async () => adopt(await userReplica.query(read)),
  );
  const onHidden = () => document.hidden && now();
  document.addEventListener("visibilitychange", onHidden);
  draft.sharing = { now, soon };
  return () => {
    // It goes on telling: a message that is on its way is told when it is sent.
    unsubscribe();
    endLimit();
    unfollow();
    now(); // what waits to be told
    document.removeEventListener("visibilitychange", onHidden);
  };
}
