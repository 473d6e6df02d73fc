// The rooms whose copies are open on this page, the one that is shown and those shown last, and the live view of each: the server's HTML first, the replica once it has caught up.
import {
  computed,
  effect,
  type ReadonlySignal,
  signal,
  untracked,
} from "@preact/signals";
import type { ReadTransaction } from "replicache";
import { roomMutators } from "../../../lib/chat/mutators.ts";
import {
  memberIn,
  membersIn,
  MESSAGES,
  messagesIn,
  roomIn,
} from "../../../lib/chat/queries.ts";
import { confirmedCount } from "../../../lib/chat/read_state.ts";
import type { Message } from "../../../lib/chat/schema.ts";
import { isDirect, roomIDOf, roomSpace } from "../../../lib/chat/spaces.ts";
import type { Person, RoomView, User } from "../../../lib/chat/views.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
import {
  type Gap,
  openReplica,
  type Rejection,
  rejectionsIn,
  type Status,
} from "../../../lib/replica/mod.ts";
import { createDraft } from "../composer/draft.ts";
import { unsentMutations } from "../../../lib/replica/outbox/unsent.ts";
import { chatServer } from "../shared/chat_server.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import { listedRoom, readSeqs } from "../shared/room_store.ts";
import type { Place } from "../timeline/useScrollAnchor.ts";

/** Adds to a view of the room what is pending in the outbox. */
export type PendingOverlay = (
  view: RoomView,
  rejections: readonly Rejection[],
) => RoomView;

/** How many of the newest messages a first visit brings. */
const WINDOW = 200;
/** Rooms that stay open, besides those in which something is unsent. */
const MAX_OPEN = 5;
/** A copy that is older than the list of rooms is shown after so many milliseconds, though what is unread in it has not come. */
const WAIT_FOR_UNREAD = 1_000;
/** A replica that takes longer to open, in milliseconds, is said to have failed: on a full disk nothing says why. */
const OPENING_TIMEOUT = 20_000;

const STARTING: Status = {
  online: true,
  syncing: true,
  fresh: false,
  unsent: 0,
};

/**
 * A room as it is now. `replica` is this browser's, once it is open; `readable`
 * is the same once what is shown comes from it alone, `writable` once it knows
 * the person as a member.
 */
export class OpenRoom {
  /** Of direct messages that are to be begun: all in them. */
  people?: readonly Person[];
  /** The view as the person sees it. */
  seen = (view: RoomView | undefined): RoomView | undefined => view;
  /** The status as the person sees it, where it is not the replica's. */
  seenStatus?: ReadonlySignal<Status>;
  /** Undefined until there is something to show. */
  readonly #view = signal<RoomView | undefined>(undefined);
  readonly #caughtUp = signal(false);
  readonly #isMember = signal(false);
  readonly #replica = signal<RoomReplica | undefined>(undefined);
  readonly #failed = signal(false);
  readonly #rejections = signal<Rejection[]>([]);
  readonly #gaps = signal<readonly Gap[] | undefined>(undefined);
  /** Whether the view may lack what is unsent: the HTML does, and so may the replica. */
  readonly lacksUnsent = signal(false);
  /** Adds it to the view. */
  readonly overlay = signal<PendingOverlay | undefined>(undefined);
  /** How many messages with files wait for it: it stays open for them. */
  uploading = 0;
  /** Where its reader was when another room was shown; undefined for at the newest. */
  place: Place | undefined;
  #opening: Promise<RoomReplica> | undefined;

  readonly #shown = computed(() => {
    const view = this.#view.value;
    return view && this.overlay.value?.(view, this.#rejections.value) || view;
  });

  /** `html` is the room as the page's HTML shows it, if it does. */
  constructor(
    private readonly user: User,
    readonly roomID: string,
    private readonly html?: RoomView,
    readonly draft = createDraft(`${user.userID}/${roomID}`),
  ) {
    this.#view.value = html;
  }

  readonly #isBehind = signal(false);
  /** Whether there is something to show: in a copy that has what the list of rooms says, so that what is unread is shown as that. */
  readonly isThere = computed(() =>
    this.#view.value !== undefined &&
    (!this.#isBehind.value || !this.status.online)
  );

  get view(): RoomView | undefined {
    return this.#shown.value;
  }
  get rejections(): readonly Rejection[] {
    return this.#rejections.value;
  }
  /** What the replica lacks of the messages, the newest first; undefined until it is open. */
  get gaps(): readonly Gap[] | undefined {
    return this.#gaps.value;
  }
  get replica(): RoomReplica | undefined {
    return this.#replica.value;
  }
  get readable(): RoomReplica | undefined {
    return this.#caughtUp.value ? this.#replica.value : undefined;
  }
  get writable(): RoomReplica | undefined {
    return this.#isMember.value ? this.#replica.value : undefined;
  }
  get status(): Status {
    return (this.seenStatus ?? this.#replica.value?.status)?.value ?? STARTING;
  }
  /** Whether it does not open, as far as one can tell. */
  get failed(): boolean {
    return this.#failed.value;
  }

  /** Opens this browser's replica, and keeps the view in step with it. */
  open(): void {
    const { html, roomID, user: { userID } } = this;
    const options = {
      server: chatServer,
      userID,
      space: roomSpace(roomID),
      // Nothing of the page's HTML goes when the replica takes over.
      window: Math.max(WINDOW, html?.messages.length ?? 0),
      mutators: roomMutators({ userID, now: Date.now }),
    };
    // What other rooms do not need is loaded for these alone.
    this.#opening = isDirect(roomID)
      ? loadScript(() => import("./direct_room.ts"))
        .then((it) => it.openDirect(openReplica, options, this))
      : openReplica(options);
    effect(() => {
      const { draft, writable } = this;
      if (!writable || !draft.due.value) return;
      // Files that were given to the room are attached once the parts are there: they go with it.
      if (!draft.attached.value && self.givenFiles?.[`/rooms/${roomID}`]) {
        return;
      }
      untracked(() => draft.send(writable.mutate.createMessage));
    });
    const timer = setTimeout(
      () => this.#failed.value = true,
      OPENING_TIMEOUT,
    );
    this.#opening.then((replica) => {
      clearTimeout(timer);
      this.#failed.value = false;
      this.#replica.value = replica;
      // What an earlier visit wrote last may not have come into the copy.
      this.lacksUnsent.value = replica.status.peek().unsent > 0;
      replica.subscribe(rejectionsIn, (all) => this.#rejections.value = all);
      const view = (tx: ReadTransaction) => viewIn(tx, userID).then(this.seen);
      const show = async (read: RoomView | undefined) => {
        // What its reader looks at is not to vanish, and come a moment later.
        const copy = await replica.restore() ? await replica.query(view) : read;
        await this.#readGaps(replica);
        if (copy) this.#onCopy(copy, replica);
      };
      replica.subscribe(view, (copy) => void show(copy).catch(reportError));
      // Where nothing is in a gap it closes without any change of the copy.
      effect(() => {
        if (replica.status.value.syncing) return;
        this.#readGaps(replica).catch(reportError);
      });
      effect(() => {
        const { unsent } = replica.status.value;
        if (!this.#caughtUp.value && unsent > 0) this.lacksUnsent.value = true;
      });
    }).catch((error) => {
      clearTimeout(timer);
      // Its script may be gone: a new build replaces the old one's.
      this.#failed.value = true;
      console.error(error);
    });
  }

  async #readGaps(replica: RoomReplica): Promise<void> {
    const gaps = await replica.gaps(MESSAGES);
    const isNew = JSON.stringify(gaps) !== JSON.stringify(this.#gaps.peek());
    if (gaps && isNew) this.#gaps.value = gaps;
  }

  #onCopy(copy: RoomView, replica: RoomReplica): void {
    const { html } = this;
    const { messageCount = 0 } = listedRoom(this.roomID) ?? {};
    const count = confirmedCount(copy.room);
    if (!this.#view.value && count < messageCount) {
      this.#isBehind.value = true;
      setTimeout(() => this.#isBehind.value = false, WAIT_FOR_UNREAD);
    } else if (count >= messageCount) {
      this.#isBehind.value = false;
    }
    // Once caught up it stays so, whatever is deleted later.
    this.#caughtUp.value ||= !html || count >= html.room.messageCount;
    this.#view.value = this.#caughtUp.value || !html
      ? copy
      : merged(html, copy);
    // Where one can write now, one can without a network a moment later.
    if (copy.me && !this.#isMember.value) replica.persist().catch(reportError);
    // Even if older than the HTML: without a network it stays so.
    this.#isMember.value = copy.me !== undefined;
  }

  async close(): Promise<void> {
    await this.#opening?.then((replica) => replica.close(), () => {});
  }
}

/** The rooms that are open on a page, for a person. */
export class OpenRooms {
  /** By roomID; the one shown last is the last. */
  readonly #rooms = new Map<string, OpenRoom>();
  /** The same, for who follows them. */
  readonly all = signal<readonly OpenRoom[]>([]);
  #shown: OpenRoom | undefined;
  #closed = false;

  constructor(private readonly user: User) {}

  /** The room to be shown from now on: opens it, or takes it up again. */
  show(roomID: string): OpenRoom {
    const open = this.#rooms.get(roomID);
    // One that has failed is tried again.
    if (!open || (open.failed && !open.replica)) {
      open?.close();
      return this.add(
        new OpenRoom(this.user, roomID, undefined, open?.draft),
      );
    }
    this.#rooms.delete(roomID);
    this.#rooms.set(roomID, open);
    return this.#shown = open;
  }

  /** Opens a room that is to be shown from now on. */
  add(room: OpenRoom): OpenRoom {
    this.#shown = room;
    this.#open(room);
    return room;
  }

  /** Opens a room, and closes those that have not been shown for longest. */
  #open(room: OpenRoom): void {
    this.#rooms.set(room.roomID, room);
    room.open();
    const idle = [...this.#rooms.values()]
      // What is unsent goes out as long as it is open, and only then.
      .filter(({ replica, uploading }) =>
        replica && replica.status.peek().unsent + uploading === 0
      );
    const spare = this.#rooms.size - MAX_OPEN;
    for (const each of idle.slice(0, Math.max(0, spare))) {
      if (each === this.#shown) continue;
      this.#rooms.delete(each.roomID);
      // Its last mutation may not have been counted yet.
      each.close().then(() => this.openUnsent()).catch(reportError);
    }
    this.all.value = [...this.#rooms.values()];
  }

  /** Opens the rooms in which something is unsent: it goes out as long as they are open. */
  async openUnsent(): Promise<void> {
    if (this.#closed) return;
    const { userID } = this.user;
    for (const each of await unsentMutations()) {
      const roomID = each.userID === userID && roomIDOf(each.space);
      if (roomID && !this.#closed) this.take(roomID);
    }
  }

  /** A room, which is opened if it is not, and not shown for that; see `people`. */
  take(roomID: string, people?: readonly Person[]): OpenRoom {
    const open = this.#rooms.get(roomID) ?? new OpenRoom(this.user, roomID);
    if (!this.#rooms.has(roomID)) {
      open.people = people;
      this.#open(open);
    }
    return open;
  }

  close(): void {
    this.#closed = true;
    for (const room of this.#rooms.values()) room.close();
    this.#rooms.clear();
  }
}

async function viewIn(
  tx: ReadTransaction,
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
function merged(html: RoomView, copy: RoomView): RoomView {
  const newest = new Map(copy.messages.map((message) => [message.id, message]));
  for (const message of html.messages) {
    if (!newest.get(message.id)?.pending) newest.set(message.id, message);
  }
  const isPending = (message: Message) => message.pending ? 1 : 0;
  const messages = [...newest.values()]
    .sort((a, b) => isPending(a) - isPending(b) || a.seq - b.seq);
  return { ...html, me: copy.me, messages };
}

const NEWEST = 50; // messages that are shown at first,
const MAX_FIRST = 300; // or as many as are unread, up to this,
const READ_CONTEXT = 10; // and a few that were read before

/**
 * The room as it is shown at first: as a page's HTML would have it, and from
 * where its reader was, if that is known.
 */
export function firstView(view: RoomView, place: Place | undefined): RoomView {
  const { room: { id: roomID }, me, messages } = view;
  const listed = listedRoom(roomID);
  const known = Math.max(
    listed?.readSeq ?? 0,
    readSeqs.peek().get(roomID) ?? 0,
  );
  // For one who was never in the room nothing is new.
  const readSeq = me && known > 0 ? known : undefined;
  const unread = messages.slice(-MAX_FIRST)
    .find(({ seq }) => readSeq !== undefined && seq > readSeq);
  const kept = messages.find(({ id }) => id === place?.messageID);
  const [first] = [unread, kept].map((each) => messages.indexOf(each!))
    .filter((i) => i >= 0).sort((a, b) => a - b);
  const start = Math.min(
    (first ?? Infinity) - READ_CONTEXT,
    messages.length - NEWEST,
  );
  return { ...view, readSeq, messages: messages.slice(Math.max(0, start)) };
}
