// Keeps this device's copies of the rooms used last in step, for when there is no network. One tab does it for all tabs of this browser, as long as it is not frozen.
import { effect } from "@preact/signals";
import { directMutators } from "../../../lib/chat/direct.ts";
import { roomMutators } from "../../../lib/chat/mutators.ts";
import { isDirect, roomSpace } from "../../../lib/chat/spaces.ts";
import type { User } from "../../../lib/chat/views.ts";
import { MAX_UNREAD } from "../../../lib/chat/read_state.ts";
import { coalesce } from "../../../lib/replica/coalesce.ts";
import { copiesOf } from "../../../lib/replica/local/query_copies.ts";
import { openReplica, type Status } from "../../../lib/replica/mod.ts";
import { electLiving } from "../../../lib/replica/local/living_leader.ts";
import { chatServer } from "../shared/chat_server.ts";
import * as localStore from "../shared/local_store.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import { type MembersCopy, membersCopyIn } from "./room_summary.ts";

/** Of the newest messages of each: then a count of what is unread in them is right. */
const WINDOW = MAX_UNREAD + 1;
/** Copies that stay open once they are in step: each poke brings them up to date. */
const MAX_OPEN = 8;
/** One that was not poked for so long, in milliseconds, makes room for another. */
const IDLE_AFTER = 10 * 60_000;
/**
 * How long after it was opened a copy is opened again, in milliseconds: each
 * time Replicache leaves a client behind, with what it has read, for a day. So
 * only one that is to stay open is opened soon.
 */
const REOPEN_AFTER = 30 * 60_000;
const REOPEN_TO_STAY_AFTER = 60_000;
/** All copies together, in characters of JSON; those used longest ago are left out. */
const MAX_SIZE = 20_000_000;
/** In milliseconds, between two notes of what a copy holds that is open: to measure it reads all of it. */
const NOTE_INTERVAL = 10_000;
/** Of what the browser lets us store: what is unsent needs room. */
const MAX_DISK_SHARE = 0.8;
/** A copy that takes longer to be in step, in milliseconds, is tried again later. */
const TIMEOUT = 30_000;

/** What is in a copy on the disk: the version of the room, when it was opened, in milliseconds since 1970, and its size in characters of JSON. */
type Synced = { version: number; at: number; size: number };

export class BackgroundCopies {
  readonly #key: string;
  /** By roomID, what is on the disk. */
  readonly #synced = new Map<string, Synced>();
  readonly #open = new Map<string, RoomReplica>();
  /** By roomID, what tells of an open copy that is in step. */
  readonly #tells = new Map<string, () => Promise<void>>();
  /** By roomID, the version that the last poke named. */
  readonly #versions = new Map<string, number>();
  /** By roomID, when it has changed last, as far as this page was told. */
  readonly #changedAt = new Map<string, number>();
  /** The rooms used last, those first. */
  #rooms: readonly string[] = [];
  /** By roomID, those that the page itself has open, and keeps in step. */
  #shown: ReadonlySet<string> = new Set();
  #leads = false;
  #isBusy = false;
  /** Ends the waiting for the copy that is being brought in step. */
  #stopWaiting = () => {};
  #waitsFor: string | undefined;
  /** By roomID, when a copy could not be brought in step, in milliseconds since 1970. */
  readonly #failedAt = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resign = () => {};

  /** `onCopy` is told of a copy that is in step, and whenever it has changed. */
  constructor(
    private readonly user: User,
    private readonly onCopy: (copy: MembersCopy) => void,
  ) {
    this.#key = `synced/${user.userID}`;
    // Who pays for what is transferred has asked for less.
    if (savesData()) return;
    this.#resign = electLiving(`rooms/${user.userID}`, () => {
      let isOver = false;
      this.#readSynced().then(() => {
        if (isOver) return;
        this.#leads = true;
        this.#goOn();
      }).catch(console.warn);
      return () => {
        isOver = true;
        this.#leads = false;
        clearTimeout(this.#timer);
        for (const roomID of [...this.#open.keys()]) this.#closeCopy(roomID);
      };
    });
  }

  async #readSynced(): Promise<void> {
    const synced = localStore.read<Record<string, Synced>>(this.#key) ?? {};
    // Of a copy that is gone it is not true. Some browsers do not tell.
    const copies = await copiesOf(this.user.userID);
    for (const [roomID, each] of Object.entries(synced)) {
      const isHere = !indexedDB.databases || copies.has(roomSpace(roomID));
      if (isHere) this.#synced.set(roomID, each);
    }
  }

  close(): void {
    this.#resign();
  }

  /** From now on these are the rooms, those used last first, and those that are open on the page. */
  follow(roomIDs: readonly string[], shown: ReadonlySet<string>): void {
    this.#rooms = roomIDs;
    this.#shown = shown;
    for (const roomID of [...this.#open.keys()]) {
      const isOver = !roomIDs.includes(roomID) || shown.has(roomID);
      if (isOver) this.#closeCopy(roomID);
    }
    this.#goOn();
  }

  /** A room has this version now, or a later one. */
  onPoke(roomID: string, version: number | undefined): void {
    if (version === undefined) return;
    const before = this.#versions.get(roomID);
    this.#versions.set(roomID, version);
    // At first a stream tells where each stands.
    if (before !== undefined && before !== version) {
      this.#changedAt.set(roomID, performance.now());
    }
    this.#goOn();
  }

  /** Tells of all copies that are open. */
  tellAll(): void {
    for (const tell of this.#tells.values()) tell().catch(console.warn); // it may be closed
  }

  /**
   * What notes, each time it is called, what a copy holds by then, so that it is
   * not opened in vain later: one that is opened now, and in step.
   */
  noterOf(
    roomID: string,
    replicaNow: () => RoomReplica | undefined,
  ): () => Promise<void> {
    const at = Date.now();
    return coalesce(async () => {
      const replica = replicaNow();
      const version = await replica?.version();
      const isNoted = this.#synced.get(roomID)?.version === version;
      if (!this.#leads || !replica || version === undefined || isNoted) return;
      await replica.persist();
      const entries = await replica.query((tx) => tx.scan().values().toArray());
      const size = JSON.stringify(entries).length;
      this.#synced.set(roomID, { version, at, size });
      const kept = [...this.#synced].filter(([id]) => this.#rooms.includes(id));
      localStore.write(this.#key, Object.fromEntries(kept));
    }, NOTE_INTERVAL);
  }

  /** Brings the copies that are behind in step, one after the other. */
  async #goOn(): Promise<void> {
    if (!this.#leads || this.#isBusy) return;
    this.#isBusy = true;
    clearTimeout(this.#timer);
    try {
      for (;;) {
        const next = this.#next();
        if (next === undefined || !this.#leads) break;
        if (await isShortOfSpace()) break;
        this.#failedAt.set(next, Date.now()); // unless it succeeds
        if (!await this.#sync(next)) break;
      }
    } catch (error) {
      console.warn(error); // the next poke tries again
    } finally {
      this.#isBusy = false;
    }
  }

  /** The room whose copy is to be brought in step now, if there is one. */
  #next(): string | undefined {
    const now = Date.now();
    const pause = this.#hasPlace() ? REOPEN_TO_STAY_AFTER : REOPEN_AFTER;
    let size = 0;
    let opensAt = Infinity;
    for (const roomID of this.#rooms) {
      const synced = this.#synced.get(roomID);
      size += synced?.size ?? 0;
      if (size > MAX_SIZE) break;
      const version = this.#versions.get(roomID);
      if (version === undefined || synced?.version === version) continue;
      if (this.#open.has(roomID) || this.#shown.has(roomID)) continue;
      const failedAt = this.#failedAt.get(roomID) ?? -Infinity;
      const at = Math.max(
        synced ? synced.at + pause : now,
        failedAt + REOPEN_AFTER,
      );
      if (at <= now) return roomID;
      opensAt = Math.min(opensAt, at);
    }
    if (opensAt < Infinity) {
      this.#timer = setTimeout(() => this.#goOn(), opensAt - now);
    }
  }

  /** Resolves with whether there was an answer. */
  async #sync(roomID: string): Promise<boolean> {
    const { userID } = this.user;
    const note = this.noterOf(roomID, () => this.#open.get(roomID));
    const replica = await openReplica({
      server: chatServer,
      userID,
      space: roomSpace(roomID),
      window: WINDOW,
      mutators: mutatorsIn(roomID, userID),
    });
    this.#open.set(roomID, replica);
    // Meanwhile it may have been opened by the page itself, or another tab.
    if (!this.#leads || this.#shown.has(roomID)) {
      this.#failedAt.delete(roomID);
      this.#closeCopy(roomID);
      return true;
    }
    this.#waitsFor = roomID;
    const { fresh, paused, online } = await this.#answered(replica);
    if (fresh || this.#open.get(roomID) !== replica) {
      this.#failedAt.delete(roomID);
    }
    if (this.#open.get(roomID) !== replica) return true;
    if (!fresh) {
      this.#closeCopy(roomID);
      // The list says soon that one is no member any more.
      if (paused === "gone") this.#versions.delete(roomID);
      if (!online) this.#failedAt.delete(roomID); // it is not the room's fault
      return online;
    }
    await note();
    if (this.#open.get(roomID) !== replica) return true;
    this.#attend(roomID, replica, note);
    const spare = Math.max(0, this.#open.size - MAX_OPEN);
    for (const id of this.#openByUse().slice(0, spare)) this.#closeCopy(id);
    return true;
  }

  /** Tells of a copy and notes what it holds, now and whenever it has been brought up to date. */
  #attend(
    roomID: string,
    replica: RoomReplica,
    note: () => Promise<void>,
  ): void {
    const { userID } = this.user;
    const tell = coalesce(async () => {
      if (this.#open.get(roomID) !== replica) return;
      const copy = await replica.query((tx) => membersCopyIn(tx, userID));
      if (copy) this.onCopy(copy);
    });
    this.#tells.set(roomID, tell);
    effect(() => {
      const { fresh, syncing } = replica.status.value;
      if (!fresh || syncing) return;
      Promise.all([tell(), note()]).catch(console.warn); // it may be closed
    });
  }

  /** Resolves once a copy is in step with the server, or closed, or it turns out that it will not be for now. */
  async #answered({ status }: RoomReplica): Promise<Status> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stopWaiting = resolve;
    const timer = setTimeout(resolve, TIMEOUT);
    const end = effect(() => {
      if (status.value.fresh || status.value.paused) resolve();
    });
    await promise;
    clearTimeout(timer);
    end();
    return status.peek();
  }

  /** Whether one more copy can stay open. */
  #hasPlace(): boolean {
    const [next] = this.#openByUse();
    const since = performance.now() - IDLE_AFTER;
    return this.#open.size < MAX_OPEN ||
      (next !== undefined && this.#lastChange(next) < since);
  }

  /** The open ones that can be closed, first that in which nothing has happened for longest. */
  #openByUse(): string[] {
    const place = (id: string) => this.#rooms.indexOf(id);
    return [...this.#open.keys()]
      .filter((id) => this.#open.get(id)!.status.peek().unsent === 0)
      .sort((a, b) =>
        this.#lastChange(a) - this.#lastChange(b) || place(b) - place(a)
      );
  }

  #lastChange(roomID: string): number {
    return this.#changedAt.get(roomID) ?? -Number.MAX_VALUE;
  }

  #closeCopy(roomID: string): void {
    this.#open.get(roomID)?.close().catch(reportError);
    this.#open.delete(roomID);
    this.#tells.delete(roomID);
    if (this.#waitsFor === roomID) this.#stopWaiting();
  }
}

/** The same as where the room is shown: by their names Replicache tells copies apart. */
function mutatorsIn(roomID: string, userID: string) {
  const actor = { userID, now: Date.now };
  const mutators = roomMutators(actor);
  return isDirect(roomID)
    ? { ...mutators, ...directMutators(actor) }
    : mutators;
}

/** Whether the disk is nearly full, as far as the browser tells. */
async function isShortOfSpace(): Promise<boolean> {
  const estimate = await navigator.storage?.estimate().catch(() => undefined);
  const { usage = 0, quota = Infinity } = estimate ?? {};
  return usage > quota * MAX_DISK_SHARE;
}

const savesData = (): boolean =>
  (navigator as { connection?: { saveData?: boolean } }).connection
    ?.saveData === true;
