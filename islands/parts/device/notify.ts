// Notifies of new messages in rooms that nobody looks at, and withdraws notices of what was read or deleted. One tab does it for all tabs of this browser.
import "../shared/shared_chunk.ts";
import { cutText } from "../../../lib/chat/graphemes.ts";
import { mentionsName } from "../../../lib/chat/mentions.ts";
import type {
  BlockedPerson,
  Member,
  Message,
} from "../../../lib/chat/schema.ts";
import { userSpace } from "../../../lib/chat/spaces.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { coalesce } from "../../../lib/replica/coalesce.ts";
import { fetchSnapshot } from "../../../lib/replica/http/fetch_snapshot.ts";
import { elect, isHeld } from "../../../lib/replica/local/web_locks.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { isLookedAt, onAttention } from "../shared/attention.ts";
import { chatServer } from "../shared/chat_server.ts";
import { openRoomID } from "../shared/room_navigation.ts";
import { fetchRooms } from "../shared/fetch_rooms.ts";
import { notificationChoice } from "./notification_choice.ts";

/** Of one room at once: of the newest messages. */
const MAX_NOTIFICATIONS = 3;
/** Of one room at once: the newest messages, which are fetched to see who is mentioned. */
const MAX_MESSAGES = 50;
/** Of a message in a notification, in graphemes; systems show less, and cut where they like. */
const MAX_BODY = 300;
/** In milliseconds, between two requests for the list of rooms. */
const MIN_INTERVAL = 1_000;

type Counts = [roomID: string, messageCount: number][];

/** To be called where notifications are allowed. */
export function startNotifying(userID: string): void {
  let notifier = new Notifier(userID);
  addEventListener("pagehide", () => notifier.end());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) notifier = new Notifier(userID);
  });
}

class Notifier {
  /** By roomID, the `messageCount` up to which messages are no news. */
  readonly #known = new Map<string, number>();
  readonly #listening = new Map<string, () => void>();
  /** By which the tab that notifies tells the others what is no news any more. */
  readonly #channel: BroadcastChannel;
  readonly #shown: ShownRoom;
  /** Spaces that have changed since it was last looked for what was deleted in them. */
  readonly #changed = new Set<string>();
  #closed = false;
  #resign = () => {};

  constructor(private readonly userID: string) {
    this.#channel = new BroadcastChannel(`notices/${userID}`);
    this.#channel.onmessage = ({ data }) => this.#learn(data);
    this.#shown = new ShownRoom(userID);
    this.#begin().catch(console.warn);
  }

  end(): void {
    this.#closed = true;
    for (const end of this.#listening.values()) end();
    this.#shown.end();
    this.#channel.close();
    this.#resign();
  }

  /** Messages that are there now are no news; of later ones the leading tab notifies. */
  async #begin(): Promise<void> {
    const rooms = await ownRooms() ?? [];
    this.#learn(rooms.map((room) => [room.roomID, room.messageCount]));
    if (this.#closed) return;
    this.#resign = elect(`notices/${this.userID}`, () => {
      this.#listenTo([userSpace(this.userID)]);
      this.#look();
    });
  }

  #learn(counts: Counts): void {
    for (const [roomID, count] of counts) {
      this.#known.set(roomID, Math.max(count, this.#known.get(roomID) ?? 0));
    }
  }

  #listenTo(spaces: string[]): void {
    for (const space of spaces) {
      if (this.#listening.has(space)) continue;
      const listener = {
        onPoke: () => {
          this.#changed.add(space);
          this.#look();
        },
      };
      const end = listen(chatServer, this.userID, space, listener);
      this.#listening.set(space, end);
    }
  }

  // After a failure it is still news: the next poke tries again.
  readonly #look = coalesce(
    () => this.#tellNews().catch(console.warn),
    MIN_INTERVAL,
  );

  async #tellNews(): Promise<void> {
    if (this.#closed) return;
    const rooms = await ownRooms();
    if (this.#closed || !rooms) return;
    this.#listenTo(rooms.map(({ space }) => space));
    for (const room of rooms) {
      const { roomID, messageCount } = room;
      const known = this.#known.get(roomID) ?? messageCount;
      const now = messageCount > known ? await this.#tell(room, known) : known;
      this.#learn([[roomID, now]]);
      this.#channel.postMessage([[roomID, now]]);
    }
    await this.#withdraw(rooms);
  }

  /** Closes the notices of messages that were read, on whichever device, or are not there any more. */
  async #withdraw(rooms: readonly RoomSummary[]): Promise<void> {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    const notices = await openNotices();
    for (const [roomID, ofRoom] of Map.groupBy(notices, roomIDOf)) {
      const room = rooms.find((each) => each.roomID === roomID);
      const isOver = ({ data: { seq } }: Notice) =>
        !room || room.notify === "muted" || seq <= room.readSeq;
      for (const notice of ofRoom.filter(isOver)) notice.close();
      if (!room || !changed.has(room.space)) continue;
      // Of those further back it is not known whether they are there.
      const open = ofRoom.filter((notice) =>
        !isOver(notice) && notice.data.seq > room.messageCount - MAX_MESSAGES
      );
      if (open.length === 0) continue;
      const found = await fetchSnapshot(
        chatServer,
        this.userID,
        room.space,
        MAX_MESSAGES,
      );
      for (const notice of open) {
        if (!found.has(`message/${notice.tag}`)) notice.close();
      }
    }
  }

  /** Notifies of messages after `known`; returns the `messageCount` that is no news now. */
  async #tell(room: RoomSummary, known: number): Promise<number> {
    const { roomID, space, messageCount, readSeq } = room;
    const choice = room.notify === "muted" ? "nothing" : notificationChoice();
    const after = Math.max(known, readSeq, messageCount - MAX_MESSAGES);
    const wanted = choice !== "nothing" && after < messageCount &&
      Notification.permission === "granted" &&
      !await isHeld(shownName(this.userID, roomID));
    if (!wanted) return messageCount;
    const found = await fetchSnapshot(
      chatServer,
      this.userID,
      space,
      messageCount - after,
    );
    const entries = [...found];
    const me = found.get(`member/${this.userID}`) as Member | undefined;
    const messages = entries.filter(([key]) => key.startsWith("message/"))
      .map(([, value]) => value as Message).sort((a, b) => a.seq - b.seq);
    const wished = messages.filter(({ seq, authorID, content }) =>
      seq > after && authorID !== this.userID &&
      ((choice === "all" && room.notify !== "mentions") ||
        (me && mentionsName(content, me.name)))
    );
    const blocked = wished.length > 0 ? await this.#blocked() : [];
    const news = wished.filter(({ authorID }) =>
      !blocked.some(({ id }) => id === authorID)
    );
    for (const message of news.slice(-MAX_NOTIFICATIONS)) {
      await notify(room, message);
    }
    return Math.max(messageCount, messages.at(-1)?.seq ?? 0);
  }

  /** Whom the person has blocked. */
  async #blocked(): Promise<BlockedPerson[]> {
    const space = userSpace(this.userID);
    const own = await fetchSnapshot(chatServer, this.userID, space, 1);
    return own.get("blocked") as BlockedPerson[] | undefined ?? [];
  }
}

/** The rooms of which one is a member; undefined when the server does not answer. */
async function ownRooms(): Promise<RoomSummary[] | undefined> {
  const page = await fetchRooms().catch(() => undefined);
  return page?.rooms.filter(({ member }) => member);
}

/** A notification of ours; its tag is the ID of the message. */
type Notice = Notification & { data: { roomID: string; seq: number } };

const roomIDOf = ({ data }: Notice): string => data.roomID;

/** Those that stand on the device, but for those of releases that did not say of what they are. */
async function openNotices(): Promise<Notice[]> {
  const worker = await navigator.serviceWorker?.getRegistration();
  const notices = await worker?.getNotifications() ?? [];
  return notices.filter(({ data }) => typeof data?.seq === "number");
}

/** By the service worker, as phones require; its tag replaces a notification of the same message. */
async function notify(room: RoomSummary, message: Message): Promise<void> {
  const { id, seq, from, content } = message;
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.showNotification(`${from} · ${room.name}`, {
    body: cutText(content, MAX_BODY),
    tag: id,
    icon: "/icons/192.png",
    data: { url: `/rooms/${room.roomID}`, roomID: room.roomID, seq },
  });
}

/** The lock that says that somebody looks at a room in a tab of this browser. */
const shownName = (userID: string, roomID: string) =>
  `shown/${userID}/${roomID}`;

/** Holds the lock of the room that this tab shows, if any, or waits for it, while somebody looks at the tab. */
class ShownRoom {
  #hide = () => {};
  readonly #end: () => void;
  readonly #unfollow: () => void;

  constructor(private readonly userID: string) {
    this.#end = onAttention(() => this.#say());
    this.#unfollow = openRoomID.subscribe(() => this.#say());
  }

  #say(): void {
    this.#hide();
    const roomID = openRoomID.peek();
    if (!roomID || !isLookedAt()) return;
    this.#hide = elect(shownName(this.userID, roomID), () => {});
  }

  end(): void {
    this.#end();
    this.#unfollow();
    this.#hide();
  }
}
