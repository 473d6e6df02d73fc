// Keeps the list of rooms up to date by the copies on this device: the server is asked for the list only where they do not tell.
import "../shared/shared_chunk.ts";
import { effect, signal, untracked } from "@preact/signals";
import {
  blockedBy,
  membershipsOf,
  readStatesOf,
} from "../../../lib/chat/queries.ts";
import { isUnwanted, toldApart } from "../../../lib/chat/direct.ts";
import { confirmedCount } from "../../../lib/chat/read_state.ts";
import { inOrderOfUse } from "../../../lib/chat/room_order.ts";
import { DIRECTORY, roomSpace } from "../../../lib/chat/spaces.ts";
import type { RoomSummary, User } from "../../../lib/chat/views.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
import { chatServer } from "../shared/chat_server.ts";
import { fetchRooms, ListRefused } from "../shared/fetch_rooms.ts";
import { onKnown } from "../shared/on_known.ts";
import type { RoomReplica, UserReplica } from "../shared/replicas.ts";
import {
  asSet,
  onRoomSettings,
  type SettingsByID,
} from "../shared/room_settings.ts";
import {
  fedRooms,
  listedRooms,
  noteRead,
  readSeqs,
  userReplica,
} from "../shared/room_store.ts";
import { BackgroundCopies } from "./background_copies.ts";
import { ListRequests } from "./list_requests.ts";
import {
  emptyRoom,
  type MembersCopy,
  summaryOf,
  withNews,
} from "./room_summary.ts";

/** The rooms that are open on this page. */
type OpenRooms = {
  all: { value: readonly OpenRoom[]; peek(): readonly OpenRoom[] };
};
type OpenRoom = {
  roomID: string;
  view:
    | Omit<MembersCopy, "me"> & { me: MembersCopy["me"] | undefined }
    | undefined;
  replica: RoomReplica | undefined;
  status: { fresh: boolean; syncing: boolean };
};

/** Rooms that are listened to: a stream takes 100 spaces, and others of this browser's tabs may want some. */
const MAX_ROOMS = 90;
/** In milliseconds, between two looks at rooms that are not listened to, as they are too many. */
const LOOK_INTERVAL = 60_000;

/** What the tabs of a person tell each other of rooms, those of other releases too. */
type News = { summary: RoomSummary };

/** Begins; returns the end of it. */
export function feedRooms(user: User, rooms: OpenRooms): () => void {
  let feed = new RoomFeed(user, rooms);
  // A page that the browser keeps for the way back must hold nothing.
  const onHide = () => feed.end();
  const onShow = ({ persisted }: PageTransitionEvent) => {
    if (persisted) feed = new RoomFeed(user, rooms);
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
  /** For the list. */
  readonly #requests = new ListRequests(() => this.#look());
  readonly #ends: (() => void)[];
  /** By roomID, the end of listening to it. */
  readonly #listening = new Map<string, () => void>();
  /** The end of following each room that is open on this page. */
  readonly #following = new Map<OpenRoom, () => void>();
  /** By roomID, how many lists had been asked for when a copy told of it last. */
  readonly #toldAt = new Map<string, number>();
  #asked = 0;
  /** By roomID, what this tab has told the others last. */
  readonly #posted = new Map<string, string>();
  /** Whom the person has blocked, by userID; nothing is told before it is known. */
  readonly #blocked = signal<ReadonlySet<string> | undefined>(undefined);
  #settings: SettingsByID | undefined;
  /** The roomIDs of those that this page has seen before the server had made them. */
  readonly #begunHere = new Set<string>();
  #hasReadCopies = false;
  #closed = false;

  constructor(private readonly user: User, private readonly rooms: OpenRooms) {
    const { userID } = user;
    this.#channel = new BroadcastChannel(`rooms/${userID}`);
    this.#channel.onmessage = ({ data }: MessageEvent<News>) =>
      this.#show(data.summary);
    this.#copies = new BackgroundCopies(user, (copy) => this.#tell(copy));
    this.#ends = [
      effect(() => this.#followOpen(rooms.all.value)),
      effect(() => {
        const open = rooms.all.value.map(({ roomID }) => roomID);
        this.#follow(fedRooms.value ?? listedRooms.peek(), new Set(open));
      }),
      effect(() => {
        const own = userReplica.value;
        return own && untracked(() => this.#followOwn(own));
      }),
      every(LOOK_INTERVAL, () => {
        const own = known().filter(({ member }) => member);
        if (own.length > MAX_ROOMS && !document.hidden) this.#requests.now();
      }),
      listen(chatServer, userID, DIRECTORY, {
        // Something may have been missed.
        onOpen: () => this.#requests.now(),
        onPoke: () => this.#requests.await(DIRECTORY),
        onBroken: () => this.#requests.now(),
      }),
    ];
    this.#requests.now(); // the page's HTML may be old by now
  }

  end(): void {
    this.#closed = true;
    this.#requests.close();
    const ends = [
      this.#ends,
      this.#listening.values(),
      this.#following.values(),
    ];
    for (const each of ends) for (const end of each) end();
    this.#copies.close();
    this.#channel.close();
  }

  #followOwn(own: UserReplica): () => void {
    const ends = [
      onKnown(own, blockedBy, (blocked) => {
        const isFirst = this.#blocked.peek() === undefined;
        this.#blocked.value = new Set(blocked.map(({ id }) => id));
        this.#list(known()); // without what is not wanted any more
        this.#copies.tellAll();
        // Of what they wrote last, the list may still have the text.
        if (!isFirst) this.#requests.now();
      }),
      onKnown(own, membershipsOf, (memberships) => {
        const ids = memberships.map(({ roomID }) => roomID);
        const isListed = (id: string) => knownRoom(id)?.member;
        const listed = known().filter(({ member }) => member);
        const isSame = ids.length === listed.length && ids.every(isListed);
        if (!isSame) this.#requests.now();
      }),
      onRoomSettings(own, (settings) => {
        this.#settings = settings;
        this.#list(known());
      }),
      // What was read on another device.
      own.subscribe(readStatesOf, (states) => {
        for (const { roomID, seq } of states) noteRead(roomID, seq);
      }),
    ];
    return () => ends.forEach((end) => end());
  }

  /** Has each room that is open on this page tell of itself. */
  #followOpen(rooms: readonly OpenRoom[]): void {
    for (const [room, end] of this.#following) {
      if (rooms.includes(room)) continue;
      end();
      this.#following.delete(room);
    }
    for (const room of rooms) {
      if (this.#following.has(room)) continue;
      const note = this.#copies.noterOf(room.roomID, () => room.replica);
      const end = effect(() => {
        const { view, status: { fresh, syncing } } = room;
        // The server does not know of it yet: the list is to have it all the same.
        if (view?.room.pending) untracked(() => this.#list(known()));
        if (!view?.me || !fresh || syncing) return;
        note().catch(console.warn); // it may be closed
        // Once it is known whom not to tell of.
        if (!this.#blocked.value) return;
        const copy = { ...view, me: view.me };
        untracked(() => this.#tell(copy));
      });
      this.#following.set(room, end);
    }
  }

  #isOpen(roomID: string): boolean {
    return [...this.#following.keys()].some((each) => each.roomID === roomID);
  }

  /** Listens to the rooms of a list that were used last, and to no others. */
  #follow(list: readonly RoomSummary[], open: ReadonlySet<string>): void {
    const used = inOrderOfUse(list)
      .filter(({ member, pending }) => member && !pending)
      .slice(0, MAX_ROOMS).map(({ roomID }) => roomID);
    for (const [roomID, end] of this.#listening) {
      if (used.includes(roomID)) continue;
      end();
      this.#listening.delete(roomID);
    }
    this.#copies.follow(used, open);
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
    if (!this.#isOpen(roomID)) this.#requests.await(roomSpace(roomID));
  }

  /** Tells this tab and the others of a room, as a copy has it that is in step. */
  #tell(copy: MembersCopy): void {
    const { id: roomID } = copy.room;
    const listed = knownRoom(roomID) ?? emptyRoom(roomID);
    const blocked = this.#blocked.peek();
    const isOld = confirmedCount(copy.room) < listed.messageCount;
    if (isOld || !blocked) return;
    const readSeq = Math.max(
      listed.readSeq,
      readSeqs.peek().get(roomID) ?? 0,
    );
    const summary = summaryOf({ ...listed, readSeq }, copy, blocked);
    const text = JSON.stringify(summary);
    if (this.#posted.get(roomID) !== text) {
      this.#posted.set(roomID, text);
      this.#channel.postMessage({ summary } satisfies News);
    }
    this.#show(summary);
  }

  #show(told: RoomSummary): void {
    const { roomID, messageCount } = told;
    const listed = knownRoom(roomID);
    // The list itself says which there are; and a copy may be behind.
    if (!listed || messageCount < listed.messageCount) return;
    this.#requests.told(roomSpace(roomID));
    this.#toldAt.set(roomID, this.#asked);
    const news = withNews(listed, told);
    this.#list(known().map((each) => each === listed ? news : each));
  }

  /** Lists rooms, if that is news, as their person has set them, and those that are begun and yet to be made. */
  #list(rooms: readonly RoomSummary[]): void {
    const settings = this.#settings;
    const blocked = this.#blocked.peek() ?? new Set();
    const made = rooms.filter(({ pending }) => !pending);
    const wanted = [...made, ...this.#begun(made, blocked)]
      .filter(({ begunBy = "", people = [] }) =>
        !isUnwanted(begunBy, people, blocked)
      );
    const all = toldApart(wanted);
    const set = settings ? all.map((each) => asSet(each, settings)) : all;
    if (JSON.stringify(set) !== JSON.stringify(known())) fedRooms.value = set;
  }

  /**
   * The rooms that are open on this page, begun by the person here, and in no
   * list of the server's yet: one that was asked for before they were made may
   * come after that.
   */
  #begun(
    listed: readonly RoomSummary[],
    blocked: ReadonlySet<string>,
  ): RoomSummary[] {
    return this.rooms.all.peek().flatMap(({ roomID, view }) => {
      if (view?.room.pending) this.#begunHere.add(roomID);
      const isListed = listed.some((each) => each.roomID === roomID);
      if (!view?.me || isListed || !this.#begunHere.has(roomID)) return [];
      const copy = { ...view, me: view.me };
      return [summaryOf(emptyRoom(roomID), copy, blocked)];
    });
  }

  /** Asks the server for the list; where it does not answer the copies on the disk have it, and this throws. */
  async #look(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const { rooms } = await fetchRooms();
      this.#hasReadCopies = false;
      if (this.#closed) return;
      this.#list(rooms.map((room) => {
        // What a copy has told meanwhile may be newer.
        const isTold = (this.#toldAt.get(room.roomID) ?? -1) >= asked;
        const told = isTold && knownRoom(room.roomID);
        return told ? withNews(room, told) : room;
      }));
    } catch (error) {
      // Once: what changes in a copy later is told.
      if (!(error instanceof ListRefused) && !this.#hasReadCopies) {
        const { offlineRooms } = await loadScript(() =>
          import("./offline_rooms.ts")
        );
        const rooms = await offlineRooms(this.user.userID, known());
        this.#hasReadCopies = true;
        if (!this.#closed) this.#list(rooms);
      }
      throw error;
    }
  }
}

function every(milliseconds: number, body: () => void): () => void {
  const timer = setInterval(body, milliseconds);
  return () => clearInterval(timer);
}
