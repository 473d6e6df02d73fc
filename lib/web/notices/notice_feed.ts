// Makes jobs of new messages: for each device that is to be told of one while it is closed.
import { newsIn, wantedIn } from "../../chat/news.ts";
import type { Message, Room } from "../../chat/schema.ts";
import { kindOf, roomSpace } from "../../chat/spaces.ts";
import type { Note } from "../../sync/mod.ts";
import { hashOf } from "../auth/token.ts";
import type { ChatSync } from "../chat/domain.ts";
import type { Job, JobQueue } from "../jobs/job_queue.ts";
import type { Online } from "../live/online.ts";
import { personInRoom } from "./person_in_room.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** The kind of the jobs, each of which is one notice for one device. */
export const NOTICE = "notice";

/** What a notice is about; what it says is read when it is sent. */
export type NoticeOf = {
  userID: string;
  roomID: string;
  messageID: string;
  /** Whether it is one of "every message": a newer one takes its place. */
  isPlain: boolean;
};

/** An older message is no news. */
export const MAX_AGE_MS = 86_400_000;
/** Plain ones of a room are gathered for so long, and the newest is told. */
const GATHER_MS = 3_000;
/** For so long one who has a page open, on whichever device, may read it there. */
const READING_MS = 4_000;
const PEOPLE_AT_ONCE = 20;

const MESSAGES = "message/";
const MEMBERS = "member/";

/** Of a message that is a device's own to be told of, or of a room's newest: 32 characters, as a push service's `Topic` has. */
const idOf = (roomID: string, messageID = ""): string =>
  hashOf(`${roomID}/${messageID}`).slice(0, 32);

export class NoticeFeed {
  constructor(
    private readonly sync: ChatSync,
    private readonly subscriptions: Subscriptions,
    private readonly queue: Pick<JobQueue, "add">,
    private readonly online: Pick<Online, "in" | "refresh">,
  ) {}

  /** Follows what is new in a room: messages, and who comes and goes. */
  async follow(space: string, notes: readonly Note[]): Promise<void> {
    const kind = kindOf(space);
    if (kind?.kind !== "room") return;
    const { roomID } = kind;
    const since = Date.now() - MAX_AGE_MS;
    const changes = notes.flatMap(({ changes }) => changes);
    const members = changes.filter(({ key }) => key.startsWith(MEMBERS))
      .map(({ key }) => key.slice(MEMBERS.length));
    for (const userID of new Set(members)) {
      await this.subscriptions.membershipChanged(roomID, userID);
    }
    const messages = changes.filter(({ key, was }) =>
      key.startsWith(MESSAGES) && was === undefined
    ).map(({ value }) => value as Message | undefined)
      .filter((message) => message && message.createdAt > since);
    if (messages.length > 0) {
      await this.queue.add(await this.#jobs(roomID, messages as Message[]));
    }
  }

  async #jobs(roomID: string, messages: Message[]): Promise<Job[]> {
    const subscribed = await this.subscriptions.in(roomID);
    if (subscribed.length === 0) return [];
    const [room] = await this.sync.get(roomSpace(roomID), "room");
    if (!room) return [];
    const mayBeForAnyone = (room as Room).direct ||
      messages.some(({ content }) => content.includes("@"));
    const people = subscribed.filter((each) =>
      mayBeForAnyone || each.subscribed === "all"
    ).map(({ userID }) => userID);
    if (people.length === 0) return [];
    await this.online.refresh();
    const online = this.online.in(roomSpace(roomID));
    const jobs: Job[] = [];
    for (let i = 0; i < people.length; i += PEOPLE_AT_ONCE) {
      const some = people.slice(i, i + PEOPLE_AT_ONCE).map((userID) =>
        this.#jobsOf(userID, roomID, messages, online.has(userID))
      );
      jobs.push(...(await Promise.all(some)).flat());
    }
    return jobs;
  }

  async #jobsOf(
    userID: string,
    roomID: string,
    messages: Message[],
    isOnline: boolean,
  ): Promise<Job[]> {
    const person = await personInRoom(this.sync, userID, roomID);
    if (!person) return [];
    const { room, member, read, notify, blocked } = person;
    const now = Date.now();
    const readingMs = isOnline ? READING_MS : 0;
    const jobs: Job[] = [];
    for (
      const { sessionID, value } of await this.subscriptions.allOf(userID)
    ) {
      const wanted = wantedIn(notify, value.wanted);
      if (wanted === "nothing") continue;
      const told = (wanted: "mentions" | "all") =>
        newsIn(room, messages, read, wanted, member, blocked);
      const own = told("mentions");
      const newest = wanted === "all" ? told("all").at(-1) : undefined;
      const job = (id: string, about: NoticeOf, inMs: number): Job => ({
        kind: NOTICE,
        tenant: userID,
        lane: sessionID,
        id,
        payload: about,
        due: now + inMs,
      });
      for (const [i, { id: messageID }] of own.entries()) {
        const about = { userID, roomID, messageID, isPlain: false };
        const inMs = readingMs + i - own.length; // so that they come in their order
        jobs.push(job(idOf(roomID, messageID), about, inMs));
      }
      if (newest && !own.includes(newest)) {
        const about = { userID, roomID, messageID: newest.id, isPlain: true };
        const inMs = Math.max(GATHER_MS, readingMs);
        jobs.push(job(idOf(roomID), about, inMs));
      }
    }
    return jobs;
  }
}
