// Shows what earlier visits wrote and the server has yet to confirm: from the outbox, while the view lacks it. Takes out what was discarded.
import { trimContent } from "../../../lib/chat/visible.ts";
import { computed, effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import type { RoomView, User } from "../../../lib/chat/views.ts";
import type { Rejection } from "../../../lib/replica/mod.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import { messageIDOf } from "./Failures.tsx";
import type { OpenRoom, PendingOverlay } from "./open_rooms.ts";

/** What has left the outbox is shown for so long, in milliseconds, as it may not be in the view yet. */
const LINGER = 3_000;

/** The replica does not hold it, and so can't change it. */
type OutboxMessage = Message & { inOutbox: true };

type Unsent = Awaited<ReturnType<RoomReplica["unsent"]>>;

/** Keeps the overlay up to date from when the view lacks what is unsent until the outbox is empty. */
export function usePendingOverlay(
  { replica, lacksUnsent, overlay, status }: OpenRoom,
  user: User,
): void {
  // In whatever tab it was: while the room is paused no copy comes without it.
  const isDiscarded = status.paused !== undefined && status.unsent === 0;
  useEffect(() => {
    if (isDiscarded) overlay.value ??= withoutPending;
    else if (overlay.peek() === withoutPending) overlay.value = undefined;
  }, [isDiscarded, overlay.value]);
  useEffect(() => {
    // Another visit of the room may have begun to.
    if (!replica || !lacksUnsent.value || overlay.peek()) return;
    followOutbox(replica, user, (latest) => {
      overlay.value = latest;
      lacksUnsent.value = latest !== undefined;
    });
  }, [replica, lacksUnsent.value]);
}

const withoutPending: PendingOverlay = (view) => ({
  ...view,
  messages: view.messages.filter(({ pending, editedAt }) =>
    !pending || editedAt !== undefined
  ),
});

/** Calls back with the overlay whenever the outbox changes, and with undefined once it is empty. */
function followOutbox(
  replica: RoomReplica,
  user: User,
  onChange: (overlay: PendingOverlay | undefined) => void,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: Unsent = [];
  const update = async () => {
    const unsent = await replica.unsent();
    clearTimeout(timer);
    if (unsent.length < shown.length) timer = setTimeout(show, LINGER);
    else show();
    function show() {
      shown = unsent;
      onChange((view, rejections) => withUnsent(view, rejections, shown, user));
      if (shown.length === 0) end();
    }
  };
  const count = computed(() => replica.status.value.unsent);
  const unfollow = effect(() => {
    count.value;
    update().catch(reportError);
  });
  const end = () => {
    clearTimeout(timer);
    unfollow();
    onChange(undefined);
  };
}

/**
 * Unsent messages stand after all that is sent and before what was written
 * since, which is where they will come: what is made first is sent first.
 */
function withUnsent(
  view: RoomView,
  rejections: readonly Rejection[],
  unsent: Unsent,
  user: User,
): RoomView {
  const added = new Map<string, OutboxMessage>();
  const texts = new Map<string, string>();
  const deleted = new Set<string>();
  const known = new Set(view.messages.map(({ id }) => id));
  for (const rejection of rejections) known.add(messageIDOf(rejection) ?? "");
  let seq = view.room.messageCount;
  for (const { name, args, timestamp } of unsent) {
    const { id, content, replyTo, files } = args as Message;
    if (name === "createMessage" && !known.has(id)) {
      const message: OutboxMessage = {
        id,
        seq: ++seq,
        authorID: user.userID,
        from: user.name,
        content: trimContent(content),
        createdAt: timestamp,
        reactions: {},
        pending: true,
        inOutbox: true,
      };
      if (replyTo) message.replyTo = replyTo;
      if (files) message.files = files;
      added.set(id, message);
    }
    if (name === "editMessage") texts.set(id, content);
    if (name === "deleteMessage") deleted.add(id);
  }
  const firstPending = view.messages.findIndex(({ pending }) => pending);
  const end = firstPending < 0 ? view.messages.length : firstPending;
  const messages = view.messages.toSpliced(end, 0, ...added.values())
    .filter(({ id }) => !deleted.has(id))
    .map((message) => {
      const text = texts.get(message.id);
      const content = text === undefined ? message.content : trimContent(text);
      if (content === message.content) return message;
      return { ...message, content, pending: true as const };
    });
  return { ...view, messages };
}
