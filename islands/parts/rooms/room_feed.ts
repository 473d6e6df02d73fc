// Keeps the list of rooms up to date by the copies on this device: the server is asked for the list only where they do not tell.
import "../shared/shared_chunk.ts";
import { effect } from "@preact/signals";
import {
  blockedBy,
  membershipsOf,
  readStatesOf,
} from "../../../lib/chat/queries.ts";
import { inOrderOfUse } from "../../../lib/chat/room_order.ts";
import { DIRECTORY, roomSpace } from "../../../lib/chat/spaces.ts";
import type { RoomSummary, User } from "../../../lib/chat/views.ts";
import { coalesce } from "../../../lib/replica/coalesce.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { chatServer } from "../shared/chat_server.ts";
import { fetchRooms, ListRefused } from "../shared/fetch_rooms.ts";
import type { UserReplica } from "../shared/replicas.ts";
import {
  fedRooms,
  listedRooms,
  noteRead,
  readSeqs,
} from "../shared/room_store.ts";
import { BackgroundCopies } from "./background_copies.ts";
import { emptyRoom, type MembersCopy, summaryOf } from "./room_summary.ts";

/** The rooms that are open on this page. */
type OpenRooms = {
  all: { value: readonly OpenRoom[] };
};
type OpenRoom = {
  roomID: string;
  view:
    | Omit<MembersCopy, "me"> & { me: MembersCopy["me"] | undefined }
    | undefined;
  status: { fresh: boolean; syncing: boolean };
};

/** Rooms that are listened to: a stream takes 100 spaces, and others of this browser's tabs may want some. */
const MAX_ROOMS = 90;
/** In milliseconds, from a poke on: after that the server is asked, if no copy has told; */
const WAIT_FOR_COPY = 3_000;
/** and so long after it was asked last. */
const MIN_INTERVAL = 10_000;

/** In milliseconds, between two looks at rooms that are not listened to, as they are too many. */
const LOOK_INTERVAL = 60_000;

const NOBODY: ReadonlySet<string> = new Set();

/** What the tabs of a person tell each other of rooms, those of other releases too. */
type News = { summary: RoomSummary };

/** Begins; returns the end of it. `own` is the person's own replica, once it is open. */
export function feedRooms(
  user: User,
  rooms: OpenRooms,
  own: UserReplica | undefined,
): () => void {
  let feed = new RoomFeed(user, rooms, own).begin();
  // A page that the browser keeps for the way back must hold nothing.
  const onHide = () => feed.end();
  const onShow = ({ persisted }: PageTransitionEvent) => {
    if (persisted) feed = new RoomFeed(user, rooms, own).begin();
  };
  addEventListener("pagehide", onHide);
  addEventListener("pageshow", onShow);
  return () => {
    removeEventListener("pagehide", onHide);
    removeEventListener("pageshow", onShow);
    feed.end();
  };
}

const known = (): readonly RoomSummary[] =>
  fedRooms.peek() ?? listedRooms.peek();

const knownRoom = (roomID: string): RoomSummary | undefined =>
  known().find((each) => each.roomID === roomID);

class RoomFeed {
  readonly #channel: BroadcastChannel;
  readonly #copies: BackgroundCopies;
  readonly #ends: (() => void)[];
  readonly #listening = new Map<string, () => void>();
  /** Spaces that were poked, and of which no copy has told anything since. */
  readonly #awaited = new Set<string>();
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #askedAt = -Infinity;
  /** By roomID, how many lists had been asked for when a copy told of it last. */
  readonly #toldAt = new Map<string, number>();
  #asked = 0;
  #blocked: ReadonlySet<string> | undefined;
  #hasReadCopies = false;
  #closed = false;

  constructor(
    private readonly user: User,
    private readonly rooms: OpenRooms,
    own: UserReplica | undefined,
  ) {
    const { userID } = user;
    this.#channel = new BroadcastChannel(`rooms/${userID}`);
    this.#channel.onmessage = ({ data }: MessageEvent<News>) =>
      this.#show(data.summary);
    this.#copies = new BackgroundCopies(user, {
      isOpen: (roomID) => this.#isOpen(roomID),
      onCopy: (copy) => this.#tell(copy),
    });
    this.#ends = [
      // What is open here tells by itself.
      effect(() => {
        for (const { view, status } of rooms.all.value) {
          const isInStep = status.fresh && !status.syncing;
          if (view?.me && isInStep) this.#tell({ ...view, me: view.me });
        }
      }),
      effect(() => this.#follow(fedRooms.value ?? listedRooms.peek())),
      ...own ? this.#followOwn(own) : [],
      every(LOOK_INTERVAL, () => {
        const own = known().filter(({ member }) => member);
        if (own.length > MAX_ROOMS && !document.hidden) this.#look();
      }),
      listen(chatServer, userID, DIRECTORY, {
        // Something may have been missed.
        onOpen: () => this.#look(),
        onPoke: () => this.#await(DIRECTORY),
        onBroken: () => this.#look(),
      }),
    ];
  }

  /** The page's HTML may be old by now. */
  begin(): this {
    this.#look();
    return this;
  }

  end(): void {
    this.#closed = true;
    clearTimeout(this.#waiting);
    for (const end of [...this.#ends, ...this.#listening.values()]) end();
    this.#copies.close();
    this.#channel.close();
  }

  #followOwn(own: UserReplica): (() => void)[] {
    return [
      own.subscribe(blockedBy, (blocked) => {
        const isFirst = this.#blocked === undefined;
        this.#blocked = new Set(blocked.map(({ id }) => id));
        if (!isFirst) this.#look(); // whatever they wrote last
      }),
      own.subscribe(membershipsOf, (memberships) => {
        const ids = memberships.map(({ roomID }) => roomID);
        const isListed = (id: string) => knownRoom(id)?.member;
        const listed = known().filter(({ member }) => member);
        if (ids.length !== listed.length || !ids.every(isListed)) this.#look();
      }),
      // What was read on another device.
      own.subscribe(readStatesOf, (states) => {
        for (const { roomID, seq } of states) noteRead(roomID, seq);
      }),
    ];
  }

  #isOpen(roomID: string): boolean {
    return this.rooms.all.value.some((each) => each.roomID === roomID);
  }

  /** Listens to the rooms of a list that were used last, and to no others. */
  #follow(list: readonly RoomSummary[]): void {
    const used = inOrderOfUse(list).filter(({ member }) => member)
      .slice(0, MAX_ROOMS).map(({ roomID }) => roomID);
    for (const [roomID, end] of this.#listening) {
      if (used.includes(roomID)) continue;
      end();
      this.#listening.delete(roomID);
    }
    this.#copies.follow(used);
    for (const roomID of used) {
      if (this.#listening.has(roomID)) continue;
      const onPoke = (version?: number) => this.#onPoke(roomID, version);
      const end = listen(chatServer, this.user.userID, roomSpace(roomID), {
        onPoke,
      });
      this.#listening.set(roomID, end);
    }
  }

  #onPoke(roomID: string, version: number | undefined): void {
    this.#copies.onPoke(roomID, version);
    if (!this.#isOpen(roomID)) this.#await(roomSpace(roomID));
  }

  /** Asks the server if no copy tells of a space in time. */
  #await(space: string): void {
    this.#awaited.add(space);
    const next = this.#askedAt + MIN_INTERVAL - performance.now();
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      if (this.#awaited.size > 0) this.#look();
    }, Math.max(WAIT_FOR_COPY, next));
  }

  /** Tells this tab and the others of a room, as a copy has it that is in step. */
  #tell(copy: MembersCopy): void {
    const { id: roomID } = copy.room;
    const listed = knownRoom(roomID) ?? emptyRoom(roomID);
    const readSeq = Math.max(
      listed.readSeq,
      readSeqs.peek().get(roomID) ?? 0,
    );
    const summary = summaryOf(
      { ...listed, readSeq },
      copy,
      this.#blocked ?? NOBODY,
    );
    this.#channel.postMessage({ summary } satisfies News);
    this.#show(summary);
  }

  #show(summary: RoomSummary): void {
    const { roomID } = summary;
    this.#awaited.delete(roomSpace(roomID));
    this.#toldAt.set(roomID, this.#asked);
    const listed = knownRoom(roomID);
    if (!listed) return; // the list itself says which there are
    const news = {
      ...summary,
      readSeq: Math.max(listed.readSeq, summary.readSeq),
      // What is set is not the room's to tell.
      favourite: listed.favourite,
      notify: listed.notify,
    };
    if (JSON.stringify(news) === JSON.stringify(listed)) return;
    fedRooms.value = known()
      .map((each) => each === listed ? news : each);
  }

  /** Asks the server for the list; where it does not answer the copies on the disk have it. */
  readonly #look = coalesce(async () => {
    if (this.#closed) return;
    const asked = ++this.#asked;
    this.#askedAt = performance.now();
    this.#awaited.clear();
    const news = await fetchRooms().then(({ rooms }) => rooms)
      .catch((error) => this.#offlineRooms(error)).catch(console.warn);
    if (!news || this.#closed) return;
    fedRooms.value = news.map((room) => {
      // What a copy has told meanwhile is newer.
      const isOld = (this.#toldAt.get(room.roomID) ?? -1) >= asked;
      return isOld && knownRoom(room.roomID) || room;
    });
  }, 1_000);

  /** Once: what changes in a copy later is told. */
  async #offlineRooms(error: unknown): Promise<RoomSummary[] | undefined> {
    if (error instanceof ListRefused || this.#hasReadCopies) return;
    this.#hasReadCopies = true;
    const { offlineRooms } = await import("./offline_rooms.ts");
    return await offlineRooms(this.user.userID, known());
  }
}

function every(milliseconds: number, body: () => void): () => void {
  const timer = setInterval(body, milliseconds);
  return () => clearInterval(timer);
}
