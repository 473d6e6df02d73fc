// A room's live data: what the server's HTML shows, until this browser's own copy has caught up.
import { effect, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomMutators } from "../../../lib/chat/mutators.ts";
import {
  memberIn,
  membersIn,
  messagesIn,
  roomIn,
} from "../../../lib/chat/queries.ts";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import type { RoomView, User } from "../../../lib/chat/views.ts";
import {
  openReplica,
  type Rejection,
  rejectionsIn,
  type Replica,
  type Status,
} from "../../../lib/replica/mod.ts";
import type { PendingOverlay } from "./pending_overlay.ts";
import { useLonger } from "../shared/useLonger.ts";

export type RoomReplica = Replica<ReturnType<typeof roomMutators>>;

/** How many of the newest messages a first visit brings. */
const WINDOW = 200;

/** After so long, in milliseconds, it is said that the copy does not open: on a full disk nothing says why. */
const OPENING = 20_000;

const STARTING: Status = { online: true, syncing: true, unsent: 0 };

/**
 * The room as it is now. `opened` is this browser's copy, once there is one;
 * `writable` says that it knows the person as a member, `live` that what is
 * shown comes from it alone, `dead` that it will not, as far as one can tell.
 */
export function useRoom(user: User, html: RoomView) {
  const view = useSignal(html);
  const rejections = useSignal<Rejection[]>([]);
  const live = useSignal(false);
  const writable = useSignal(false);
  const dead = useSignal(false);
  const opened = useSignal<RoomReplica | undefined>(undefined);
  const left = useSignal<{ add?: PendingOverlay }>({});
  const shown = useComputed(() =>
    left.value.add?.(view.value, rejections.value) ?? view.value
  );
  const late = useLonger(opened.value === undefined, OPENING);

  useEffect(() => {
    const { userID } = user;
    const opening = openReplica({
      userID,
      space: roomSpace(html.room.id),
      // Nothing of the page's HTML goes when the copy takes over.
      window: Math.max(WINDOW, html.messages.length),
      mutators: roomMutators({ userID, now: Date.now }),
    });
    opening.then((replica) => {
      opened.value = replica;
      replica.subscribe(rejectionsIn, (all) => rejections.value = all);
      replica.subscribe((tx) => viewIn(tx, userID), (copy) => {
        if (!copy) return;
        // Once caught up it stays so, whatever is deleted later.
        live.value ||= copy.room.messageCount >= html.room.messageCount;
        view.value = live.value ? copy : merged(html, copy);
        // What one may write in now, one may without a network a moment later.
        if (copy.me && !writable.value) replica.keep().catch(reportError);
        // Be it older than the HTML: without a network it stays so.
        writable.value = copy.me !== undefined;
      });
      // What is not sent the HTML lacks, and so may the copy.
      effect(() => {
        const isShort = !live.value && replica.status.value.unsent > 0;
        if (isShort) showLeft(replica).catch(reportError);
      });
    }).catch((error) => {
      // Its script may be gone: a new build replaces the old one's.
      dead.value = true;
      console.error(error);
    });
    let showing = false;
    async function showLeft(replica: RoomReplica) {
      if (showing) return;
      showing = true;
      const { followPending } = await import("./pending_overlay.ts");
      followPending(replica, user, (add) => {
        left.value = { add };
        showing = add !== undefined;
      });
    }
    return () => {
      opening.then((replica) => replica.close(), () => {});
    };
  }, []);

  return {
    view: shown,
    rejections,
    live,
    writable,
    dead: dead.value || late,
    opened,
    status: opened.value?.status.value ?? STARTING,
  };
}

type Reading = Parameters<typeof roomIn>[0];

async function viewIn(
  tx: Reading,
  userID: string,
): Promise<RoomView | undefined> {
  const [room, me, members, messages] = await Promise.all([
    roomIn(tx),
    memberIn(tx, userID),
    membersIn(tx),
    messagesIn(tx),
  ]);
  return room && { room, me, members, messages };
}

/**
 * A copy from the last visit under the newer HTML: nothing on the screen may
 * vanish for the moment until the first pull. What is unsent comes last, as
 * its `seq` was counted from an older room.
 */
function merged(html: RoomView, copy: RoomView): RoomView {
  const newest = new Map(copy.messages.map((message) => [message.id, message]));
  for (const message of html.messages) {
    if (!newest.get(message.id)?.pending) newest.set(message.id, message);
  }
  const late = (message: Message) => message.pending ? 1 : 0;
  const messages = [...newest.values()]
    .sort((a, b) => late(a) - late(b) || a.seq - b.seq);
  return { ...html, me: copy.me, messages };
}
