// Notifies of what comes into one's rooms while nobody looks at them. One tab does it for all of this browser.
import "../shared/common.ts";
import { mentionsName } from "../../../lib/chat/mentions.ts";
import type { Member, Message } from "../../../lib/chat/schema.ts";
import { userSpace } from "../../../lib/chat/spaces.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { fetchSnapshot } from "../../../lib/replica/http/fetch_snapshot.ts";
import { noticeChoice } from "./notice_choice.ts";

/** More at once, of one room, would bury the screen; the newest count. */
const AT_ONCE = 3;
/** Of more that came at once, the oldest are not looked at. */
const MOST = 50;
/** At most one look at the server in so many milliseconds. */
const PAUSE = 1_000;

type Counts = [roomID: string, messageCount: number][];

/** Begins, on a page where notifying is allowed. */
export function startNotifying(userID: string): void {
  let notices = new Notices(userID);
  addEventListener("pagehide", () => notices.end());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) notices = new Notices(userID);
  });
}

class Notices {
  /** How many messages of each room are no news any more. */
  readonly #known = new Map<string, number>();
  readonly #listening = new Map<string, () => void>();
  /** From the tab that notifies to those that may follow it. */
  readonly #channel: BroadcastChannel;
  readonly #ended = Promise.withResolvers<void>();
  readonly #shown: ShownRoom;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  #tail = Promise.resolve();

  constructor(private readonly userID: string) {
    this.#channel = new BroadcastChannel(`notices/${userID}`);
    this.#channel.onmessage = ({ data }) => this.#learn(data);
    this.#shown = new ShownRoom(userID);
    this.#begin().catch(console.warn);
  }

  end(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const end of this.#listening.values()) end();
    this.#shown.end();
    this.#channel.close();
    this.#ended.resolve();
  }

  /** What is there now is no news; what comes from now on is told by whoever leads. */
  async #begin(): Promise<void> {
    const rooms = await ownRooms() ?? [];
    this.#learn(rooms.map((room) => [room.roomID, room.messageCount]));
    await navigator.locks.request(`notices/${this.userID}`, async () => {
      if (this.#closed) return;
      this.#listenTo([userSpace(this.userID)]);
      this.#lookSoon();
      await this.#ended.promise;
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
      const onPoke = () => this.#lookSoon();
      this.#listening.set(space, listen(this.userID, space, { onPoke }));
    }
  }

  #lookSoon(): void {
    const wait = Math.max(0, this.#last + PAUSE - Date.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#last = Date.now();
      // What failed is news still: the next poke tries again.
      this.#tail = this.#tail.then(() => this.#look()).catch(console.warn);
    }, wait);
  }

  async #look(): Promise<void> {
    const rooms = await ownRooms() ?? [];
    if (this.#closed) return;
    this.#listenTo(rooms.map(({ space }) => space));
    for (const room of rooms) {
      const { roomID, messageCount } = room;
      const known = this.#known.get(roomID) ?? messageCount;
      const now = messageCount > known ? await this.#tell(room, known) : known;
      this.#learn([[roomID, now]]);
      this.#channel.postMessage([[roomID, now]]);
    }
  }

  /** Notifies of what has come after `known`; gives back up to where it has looked. */
  async #tell(room: RoomSummary, known: number): Promise<number> {
    const { roomID, space, messageCount, readSeq } = room;
    const of = noticeChoice();
    const after = Math.max(known, readSeq, messageCount - MOST);
    const wanted = of !== "nothing" && after < messageCount &&
      Notification.permission === "granted" &&
      !await isShown(this.userID, roomID);
    if (!wanted) return messageCount;
    const found = await fetchSnapshot(this.userID, space, messageCount - after);
    const entries = [...found];
    const me = found.get(`member/${this.userID}`) as Member | undefined;
    const messages = entries.filter(([key]) => key.startsWith("message/"))
      .map(([, value]) => value as Message).sort((a, b) => a.seq - b.seq);
    const news = messages.filter(({ seq, authorID, content }) =>
      seq > after && authorID !== this.userID &&
      (of === "all" || (me && mentionsName(content, me.name)))
    );
    for (const message of news.slice(-AT_ONCE)) await notify(room, message);
    return Math.max(messageCount, messages.at(-1)?.seq ?? 0);
  }
}

/** The rooms that one is in; undefined when the server does not say. */
async function ownRooms(): Promise<RoomSummary[] | undefined> {
  const answer = await fetch("/api/rooms").catch(() => undefined);
  if (!answer?.ok) return;
  const { rooms }: { rooms: RoomSummary[] } = await answer.json();
  return rooms.filter(({ member }) => member);
}

/** By the service worker, as phones want it; its tag makes one of two of the same. */
async function notify(room: RoomSummary, message: Message): Promise<void> {
  const { id, from, content } = message;
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.showNotification(`${from} · ${room.name}`, {
    body: content,
    tag: id,
    icon: "/icons/192.png",
    data: { url: `/rooms/${room.roomID}` },
  });
}

const shownName = (userID: string, roomID: string) =>
  `shown/${userID}/${roomID}`;

/** Whether a tab of this browser that one can see shows a room. */
async function isShown(userID: string, roomID: string): Promise<boolean> {
  const name = shownName(userID, roomID);
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === name);
}

/** Says by a lock, for as long as one can see this tab, which room it shows, if any. */
class ShownRoom {
  readonly #name: string | undefined;
  #hide = () => {};

  constructor(userID: string) {
    const [, roomID] = location.pathname.match(/^\/rooms\/([\w-]+)$/) ?? [];
    this.#name = roomID && shownName(userID, roomID);
    document.addEventListener("visibilitychange", this.#say);
    this.#say();
  }

  readonly #say = () => {
    this.#hide();
    if (!this.#name || document.hidden) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hide = resolve;
    navigator.locks.request(this.#name, { mode: "shared" }, () => promise);
  };

  end(): void {
    document.removeEventListener("visibilitychange", this.#say);
    this.#hide();
  }
}
