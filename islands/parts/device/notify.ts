// Notifies of new messages in rooms that nobody looks at, and withdraws notices of what was read or deleted. One tab does it for all tabs of this browser, as long as it is not frozen.
import "../shared/shared_chunk.ts";
import { cutText } from "../../../lib/chat/graphemes.ts";
import type {
  BlockedPerson,
  Member,
  Message,
  ReadState,
  Room,
  RoomSettings,
} from "../../../lib/chat/schema.ts";
import { newsIn, wantedIn } from "../../../lib/chat/news.ts";
import { readSeqIn } from "../../../lib/chat/read_state.ts";
import { roomSpace, userSpace } from "../../../lib/chat/spaces.ts";
import { fileCount } from "../../../lib/chat/strings/files.ts";
import { coalesce } from "../../../lib/replica/coalesce.ts";
import { fetchSnapshot } from "../../../lib/replica/http/fetch_snapshot.ts";
import { electLiving } from "../../../lib/replica/local/living_leader.ts";
import { elect, isHeld } from "../../../lib/replica/local/web_locks.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { isLookedAt, onAttention } from "../shared/attention.ts";
import { chatServer } from "../shared/chat_server.ts";
import { openRoomID } from "../shared/room_navigation.ts";
import { fetchRooms } from "../shared/fetch_rooms.ts";
import { elementIDOf } from "../shared/message_link.ts";
import { notificationChoice } from "./notification_choice.ts";
import { keepSubscription } from "./subscription.ts";
import { messagesNeeded } from "./room_news.ts";

/** Of one room at once: of the newest messages. */
const MAX_NOTIFICATIONS = 3;
/** Rooms that have changed at once, of which the list is asked instead of each. */
const MANY = 3;
/** Of a message in a notification, in graphemes; systems show less, and cut where they like. */
const MAX_BODY = 300;
/** In milliseconds, between two looks at what has changed. */
const MIN_INTERVAL = 1_000;

/** Spaces of which a stream surely tells. */
const MAX_POKED = 90;

type Counts = [roomID: string, messageCount: number][];

/** What notices need of the person's own space; all but the blocked by roomID. */
type Own = {
  roomIDs: ReadonlySet<string>;
  reads: Map<string, ReadState>;
  settings: ReadonlyMap<string, RoomSettings>;
  /** By userID. */
  blocked: ReadonlySet<string>;
};

/** To be called where notifications are allowed. */
export function startNotifying(userID: string): void {
  keepSubscription().catch(console.warn); // the next page tries again
  showBadge();
  let notifier = new Notifier(userID);
  addEventListener("pagehide", () => notifier.end());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) notifier = new Notifier(userID);
  });
}

/** Has the app's icon say how many are unread, as the title of a page with the list of rooms does. */
function showBadge(): void {
  if (!navigator.setAppBadge || !document.querySelector("#rooms")) return;
  const show = () => {
    const [, unread = "0"] = document.title.match(/^\((\d+)/) ?? [];
    // 0 takes it away.
    navigator.setAppBadge(Number(unread)).catch(console.warn);
  };
  show();
  const title = document.querySelector("title")!;
  new MutationObserver(show).observe(title, { childList: true });
}

class Notifier {
  /** By roomID, the `messageCount` up to which messages are no news. */
  readonly #known = new Map<string, number>();
  readonly #listening = new Map<string, () => void>();
  /** By space, the version that the last poke named. */
  readonly #versions = new Map<string, number>();
  /** Spaces that have changed since they were looked at. */
  readonly #changed = new Set<string>();
  /** Whether there are rooms of which the list is to say whether there is news in them. */
  #needsList = false;
  #own: Own | undefined;
  /** By which the tab that notifies tells the others what is no news any more. */
  readonly #channel: BroadcastChannel;
  readonly #shown: ShownRoom;
  #leads = false;
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
    this.#shown.end();
    this.#channel.close();
    this.#resign();
  }

  /** Messages that are there now are no news; of later ones the leading tab notifies. */
  async #begin(): Promise<void> {
    const { rooms } = await fetchRooms().catch(() => ({ rooms: [] }));
    this.#learn(rooms.map((room) => [room.roomID, room.messageCount]));
    if (this.#closed) return;
    this.#resign = electLiving(`notices/${this.userID}`, () => {
      this.#leads = true;
      this.#listenTo(userSpace(this.userID));
      this.#changed.add(userSpace(this.userID));
      this.#look();
      return () => {
        this.#leads = false;
        for (const end of this.#listening.values()) end();
        this.#listening.clear();
      };
    });
  }

  #learn(counts: Counts): void {
    for (const [roomID, count] of counts) {
      this.#known.set(roomID, Math.max(count, this.#known.get(roomID) ?? 0));
    }
  }

  #listenTo(space: string): void {
    if (this.#listening.has(space)) return;
    const isOwn = space === userSpace(this.userID);
    const onPoke = (version?: number) => {
      const before = this.#versions.get(space);
      if (version !== undefined) this.#versions.set(space, version);
      // After a break it says where the space stands.
      if (before !== undefined && before === version) return;
      // So does the first, and many come together.
      if (before === undefined && !isOwn) this.#needsList = true;
      else this.#changed.add(space);
      // More rooms than a stream takes: the list knows of those that are left out.
      if (this.#listening.size > MAX_POKED) this.#needsList = true;
      this.#look();
    };
    const end = listen(chatServer, this.userID, space, { onPoke });
    this.#listening.set(space, end);
  }

  // After a failure it is still news: the next poke tries again.
  readonly #look = coalesce(
    () => this.#tellNews().catch(console.warn),
    MIN_INTERVAL,
  );

  async #tellNews(): Promise<void> {
    if (!this.#leads) return;
    const changed = new Set(this.#changed);
    this.#changed.clear();
    try {
      if (changed.delete(userSpace(this.userID))) await this.#readOwn();
    } catch (error) {
      for (const space of [...changed, userSpace(this.userID)]) {
        this.#changed.add(space);
      }
      throw error;
    }
    const own = this.#own;
    if (!own || !this.#leads) return;
    for (const roomID of own.roomIDs) this.#listenTo(roomSpace(roomID));
    // One request says of all of them how many messages there are.
    const counts = this.#needsList || changed.size >= MANY
      ? await this.#counts().catch(console.warn)
      : undefined;
    for (const roomID of own.roomIDs) {
      const space = roomSpace(roomID);
      const count = counts?.get(roomID);
      // Of a room that is new here nothing is news yet.
      if (count !== undefined && !this.#known.has(roomID)) {
        this.#learn([[roomID, count]]);
      }
      const isNew = count !== undefined && count > this.#known.get(roomID)!;
      if (!changed.has(space) && !isNew) continue;
      // One that fails holds up no other, and is looked at with the next poke.
      await this.#lookAt(roomID, own, count).catch((error) => {
        console.warn(error);
        this.#changed.add(space);
      });
    }
    await this.#withdraw(own);
  }

  /** By roomID, how many messages there are. */
  async #counts(): Promise<Map<string, number>> {
    this.#needsList = false;
    try {
      const { rooms } = await fetchRooms();
      return new Map(rooms.map((each) => [each.roomID, each.messageCount]));
    } catch (error) {
      this.#needsList = true;
      throw error;
    }
  }

  async #readOwn(): Promise<void> {
    const space = userSpace(this.userID);
    const found = await fetchSnapshot(chatServer, this.userID, space, 1);
    const under = <T>(prefix: string) =>
      [...found].filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value as T] as const);
    const blocked = found.get("blocked") as BlockedPerson[] | undefined;
    this.#own = {
      roomIDs: new Set(under("membership/").map(([roomID]) => roomID)),
      reads: new Map(under<ReadState>("read/")),
      settings: new Map(under<RoomSettings>("settings/")),
      blocked: new Set(blocked?.map(({ id }) => id)),
    };
  }

  /** Notifies of what is new in a room, and withdraws notices of what is not there any more. `count` is how many messages there are, where that is known. */
  async #lookAt(roomID: string, own: Own, count?: number): Promise<void> {
    const notices = (await openNotices())
      .filter((notice) => roomIDOf(notice) === roomID);
    const isQuiet = await this.#isQuiet(roomID);
    const { notify } = own.settings.get(roomID) ?? {};
    const choice = isQuiet ? "nothing" : notificationChoice();
    // Whether all is told or some is known with the room.
    const wanted = notify === "muted" ? "nothing" : choice;
    const needed = (messageCount: number) => {
      const { seq = 0 } = own.reads.get(roomID) ?? {};
      return messagesNeeded({
        messageCount,
        known: Math.max(this.#known.get(roomID) ?? messageCount, seq),
        wanted,
        oldestNotice: Math.min(...notices.map(({ data }) => data.seq)),
      });
    };
    let window = count === undefined ? 1 : needed(count);
    if (window === 0) return this.#isKnown(roomID, count!);
    let found = await this.#fetch(roomID, window);
    // Often it is one message, or a reaction; else the number is known now.
    const more = needed(found.room.messageCount);
    if (more > window) found = await this.#fetch(roomID, window = more);
    if (!this.#leads) return; // another tab tells it

    const { room, me, messages } = found;
    const { messageCount } = room;
    const read = readSeqIn(room, this.userID, own.reads.get(roomID)?.seq ?? 0);
    own.reads.set(roomID, { seq: read });
    const known = this.#known.get(roomID) ?? messageCount;
    const news = newsIn(
      room,
      messages,
      Math.max(known, read),
      wantedIn(notify, choice),
      me,
      own.blocked,
    );
    for (const message of news.slice(-MAX_NOTIFICATIONS)) {
      await showNotice(room, message);
    }
    this.#isKnown(roomID, messageCount);
    for (const notice of notices) {
      // Of those further back it is not known whether they are there.
      const isRecent = notice.data.seq > messageCount - window;
      const isThere = messages.some(({ id }) => id === notice.tag);
      if (isRecent && !isThere) notice.close();
    }
  }

  /** Whether nothing is to be told of a room now, as where somebody looks at it in a tab. */
  async #isQuiet(roomID: string): Promise<boolean> {
    return Notification.permission !== "granted" ||
      await isHeld(shownName(this.userID, roomID));
  }

  async #fetch(roomID: string, window: number) {
    const { userID } = this;
    const space = roomSpace(roomID);
    const found = await fetchSnapshot(chatServer, userID, space, window);
    return {
      room: found.get("room") as Room,
      me: found.get(`member/${userID}`) as Member | undefined,
      messages: [...found].filter(([key]) => key.startsWith("message/"))
        .map(([, value]) => value as Message).sort((a, b) => a.seq - b.seq),
    };
  }

  /** In all tabs so many messages of a room are no news any more. */
  #isKnown(roomID: string, messageCount: number): void {
    const counts: Counts = [[roomID, messageCount]];
    this.#learn(counts);
    this.#channel.postMessage(counts);
  }

  /** Closes the notices of messages that were read, on whichever device, and of rooms that one is not in, or has muted. */
  async #withdraw({ roomIDs, reads, settings }: Own): Promise<void> {
    for (const notice of await openNotices()) {
      const roomID = roomIDOf(notice);
      const isRead = notice.data.seq <= (reads.get(roomID)?.seq ?? 0);
      const isMuted = settings.get(roomID)?.notify === "muted";
      if (isRead || isMuted || !roomIDs.has(roomID)) notice.close();
    }
  }
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
async function showNotice(room: Room, message: Message): Promise<void> {
  const { id, seq, from, content, files } = message;
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.showNotification(`${from} · ${room.name}`, {
    body: cutText(content, MAX_BODY) || fileCount(files?.length),
    tag: id,
    icon: "/icons/192.png",
    data: {
      url: `/rooms/${room.id}#${elementIDOf(id)}`,
      roomID: room.id,
      seq,
    },
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
