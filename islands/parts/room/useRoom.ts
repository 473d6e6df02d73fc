// Opens this browser's replicas for a room's page, and gives the live view of the room: the server's HTML first, the replica once it has caught up.
import { effect, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomMutators, userMutators } from "../../../lib/chat/mutators.ts";
import {
  blockedBy,
  memberIn,
  membersIn,
  messagesIn,
  profileOf,
  roomIn,
} from "../../../lib/chat/queries.ts";
import type { BlockedPerson, Message } from "../../../lib/chat/schema.ts";
import { roomSpace, userSpace } from "../../../lib/chat/spaces.ts";
import type { RoomView, User } from "../../../lib/chat/views.ts";
import {
  openReplica,
  type Rejection,
  rejectionsIn,
  type Status,
} from "../../../lib/replica/mod.ts";
import { chatServer } from "../shared/chat_server.ts";
import type { RoomReplica, UserReplica } from "../shared/replicas.ts";
import { useSustained } from "../shared/useSustained.ts";

export type LiveRoom = ReturnType<typeof useRoom>;

/** Adds to a view of the room what is pending in the outbox. */
export type PendingOverlay = (
  view: RoomView,
  rejections: readonly Rejection[],
) => RoomView;

/** How many of the newest messages a first visit brings. */
const WINDOW = 200;

/** A replica that takes longer to open, in milliseconds, is said to have failed: on a full disk nothing says why. */
const OPENING_TIMEOUT = 20_000;

const STARTING: Status = { online: true, syncing: true, unsent: 0 };

/**
 * The room as it is now. `replica` is this browser's, once it is open;
 * `readable` is the same once what is shown comes from it alone, `writable`
 * once it knows the person as a member. `failed` says that it does not open, as
 * far as one can tell.
 */
export function useRoom(user: User, initialView: RoomView) {
  const view = useSignal(initialView);
  const rejections = useSignal<Rejection[]>([]);
  const caughtUp = useSignal(false);
  const isMember = useSignal(false);
  const failed = useSignal(false);
  const opened = useSignal<RoomReplica | undefined>(undefined);
  const lacksUnsent = useSignal(false);
  const overlay = useSignal<PendingOverlay | undefined>(undefined);
  const shown = useComputed(() =>
    overlay.value?.(view.value, rejections.value) ?? view.value
  );
  const timedOut = useSustained(opened.value === undefined, OPENING_TIMEOUT);

  useEffect(() => {
    const { userID } = user;
    const opening = openReplica({
      server: chatServer,
      userID,
      space: roomSpace(initialView.room.id),
      // Nothing of the page's HTML goes when the replica takes over.
      window: Math.max(WINDOW, initialView.messages.length),
      mutators: roomMutators({ userID, now: Date.now }),
    });
    opening.then((replica) => {
      opened.value = replica;
      replica.subscribe(rejectionsIn, (all) => rejections.value = all);
      replica.subscribe((tx) => viewIn(tx, userID), (copy) => {
        if (!copy) return;
        // Once caught up it stays so, whatever is deleted later.
        caughtUp.value ||=
          copy.room.messageCount >= initialView.room.messageCount;
        view.value = caughtUp.value ? copy : merged(initialView, copy);
        // Where one can write now, one can without a network a moment later.
        if (copy.me && !isMember.value) replica.persist().catch(reportError);
        // Even if older than the HTML: without a network it stays so.
        isMember.value = copy.me !== undefined;
      });
      effect(() => {
        const { unsent } = replica.status.value;
        if (!caughtUp.value && unsent > 0) lacksUnsent.value = true;
      });
    }).catch((error) => {
      // Its script may be gone: a new build replaces the old one's.
      failed.value = true;
      console.error(error);
    });
    return () => {
      opening.then((replica) => replica.close(), () => {});
    };
  }, []);

  const replica = opened.value;
  return {
    view: shown.value,
    rejections: rejections.value,
    replica,
    readable: caughtUp.value ? replica : undefined,
    writable: isMember.value ? replica : undefined,
    failed: failed.value || timedOut,
    status: replica?.status.value ?? STARTING,
    /** Whether the view may lack what is unsent: the HTML does, and so may the replica. */
    lacksUnsent,
    /** Adds it to the view. */
    overlay,
  };
}

/** The replica of a person's own space; `when` lets what matters more come first. */
export function useUserReplica(
  userID: string,
  when: boolean,
): UserReplica | undefined {
  const opened = useSignal<UserReplica | undefined>(undefined);
  useEffect(() => {
    if (!when) return;
    const opening = openReplica({
      server: chatServer,
      userID,
      space: userSpace(userID),
      mutators: userMutators(),
    });
    opening.then((replica) => opened.value = replica, reportError);
    return () => {
      opening.then((replica) => replica.close(), () => {});
    };
  }, [when]);
  return opened.value;
}

/** Whom a person has blocked: as the page's HTML has it first, then as their replica does. */
export function useBlocked(
  { blocked = [] }: RoomView,
  replica: UserReplica | undefined,
): readonly BlockedPerson[] {
  const latest = useSignal(blocked);
  useEffect(() => {
    let isFirst = true;
    return replica?.subscribe(
      // Before its first pull it has no profile, and knows of none.
      async (tx) => await profileOf(tx) && await blockedBy(tx),
      (known) => {
        if (!known) return;
        const ids = known.map(({ id }) => id);
        // The copy of an earlier visit may lack whom the newer HTML has.
        const isOld = isFirst && !blocked.every(({ id }) => ids.includes(id));
        isFirst = false;
        if (!isOld) latest.value = known;
      },
    );
  }, [replica]);
  return latest.value;
}

async function viewIn(
  tx: Parameters<typeof roomIn>[0],
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
 * The replica of the last visit under the newer HTML: nothing on the screen may
 * vanish for the moment until the first pull. What is unsent comes last, as
 * its `seq` was counted from an older room.
 */
function merged(initialView: RoomView, copy: RoomView): RoomView {
  const newest = new Map(copy.messages.map((message) => [message.id, message]));
  for (const message of initialView.messages) {
    if (!newest.get(message.id)?.pending) newest.set(message.id, message);
  }
  const isPending = (message: Message) => message.pending ? 1 : 0;
  const messages = [...newest.values()]
    .sort((a, b) => isPending(a) - isPending(b) || a.seq - b.seq);
  return { ...initialView, me: copy.me, messages };
}
