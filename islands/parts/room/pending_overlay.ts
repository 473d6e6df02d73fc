// What earlier visits wrote and the server has yet to confirm: shown from the outbox where the copy lacks it.
import "../shared/common.ts";
import { computed, effect } from "@preact/signals";
import type { Message } from "../../../lib/chat/schema.ts";
import type { RoomView, User } from "../../../lib/chat/views.ts";
import type { Rejection, Replica } from "../../../lib/replica/mod.ts";

/** What has left the outbox is on its way into the copy: it stays for so long, in milliseconds. */
const ON_ITS_WAY = 3_000;

/** A room as it is with what is left in the outbox. */
export type PendingOverlay = (
  view: RoomView,
  rejections: readonly Rejection[],
) => RoomView;

/** The copy does not have it, and so can't change it. */
export type OverlaidMessage = Message & { left: true };

type Outbox = Pick<Replica<Record<never, never>>, "status" | "unsent">;
type Unsent = Awaited<ReturnType<Outbox["unsent"]>>;

/** Calls back with what to make of the room, whenever that changes, until nothing is left. */
export function followPending(
  replica: Outbox,
  user: User,
  onChange: (withLeft: PendingOverlay | undefined) => void,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let known: Unsent = [];
  const look = async () => {
    const unsent = await replica.unsent();
    clearTimeout(timer);
    if (unsent.length < known.length) timer = setTimeout(show, ON_ITS_WAY);
    else show();
    function show() {
      known = unsent;
      onChange((view, rejections) => withLeft(view, rejections, known, user));
      if (known.length === 0) end();
    }
  };
  const many = computed(() => replica.status.value.unsent);
  const unfollow = effect(() => {
    many.value;
    look().catch(reportError);
  });
  const end = () => {
    clearTimeout(timer);
    unfollow();
    onChange(undefined);
  };
}

/**
 * Left messages stand after all that is sent and before what was written since,
 * which is where they will come: what is made first is sent first.
 */
function withLeft(
  view: RoomView,
  rejections: readonly Rejection[],
  unsent: Unsent,
  user: User,
): RoomView {
  const left = new Map<string, OverlaidMessage>();
  const texts = new Map<string, string>();
  const deleted = new Set<string>();
  const here = new Set(view.messages.map(({ id }) => id));
  for (const { args } of rejections) here.add(idIn(args));
  let seq = view.room.messageCount;
  for (const { name, args, timestamp: createdAt } of unsent) {
    const { id, content, replyTo } = args as Message;
    if (name === "createMessage" && !here.has(id)) {
      left.set(id, {
        ...{
          id,
          content: content.trim(),
          createdAt,
          seq: ++seq,
          reactions: {},
        },
        ...{ authorID: user.userID, from: user.name, pending: true },
        ...(replyTo ? { replyTo } : {}),
        left: true,
      });
    }
    if (name === "editMessage") texts.set(id, content);
    if (name === "deleteMessage") deleted.add(id);
  }
  const isNew = view.messages.findIndex(({ pending }) => pending);
  const messages = view.messages
    .toSpliced(isNew < 0 ? view.messages.length : isNew, 0, ...left.values())
    .filter(({ id }) => !deleted.has(id))
    .map((message) => {
      const content = texts.get(message.id)?.trim() ?? message.content;
      if (content === message.content) return message;
      return { ...message, content, pending: true as const };
    });
  return { ...view, messages };
}

const idIn = (args: Rejection["args"]): string =>
  args !== null && typeof args === "object" && "id" in args
    ? String(args.id)
    : "";
