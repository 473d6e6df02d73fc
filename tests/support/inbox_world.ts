// People in a room, and what comes into their inboxes: a feed that is told of each note twice.
import { inboxIn } from "../../lib/chat/inbox.ts";
import {
  serverRoomMutators,
  serverUserMutators,
} from "../../lib/chat/server_mutators.ts";
import type { Message } from "../../lib/chat/schema.ts";
import { Sync } from "../../lib/sync/mod.ts";
import {
  actorOf,
  chatDomain,
  type ChatSync,
} from "../../lib/web/chat/domain.ts";
import { joinRoom } from "../../lib/web/chat/members.ts";
import { makePerson } from "../../lib/web/chat/profile.ts";
import { createRoom } from "../../lib/web/chat/rooms.ts";
import { InboxFeed } from "../../lib/web/inbox/inbox_feed.ts";
import { Lease } from "../../lib/web/lease.ts";

const NAMES = ["Ada", "Bob", "Cleo"];

/** A KV, an engine and a feed over it, and people. */
export class InboxWorld {
  roomID = "";

  readonly sync: ChatSync;
  readonly feed: InboxFeed;
  readonly lease: Lease;

  constructor(readonly kv: Deno.Kv) {
    this.sync = new Sync(kv, chatDomain);
    this.feed = new InboxFeed(kv, this.sync);
    this.lease = new Lease(kv, "inbox", 60_000);
  }

  /** A room of Ada, Bob and Cleo. */
  static async open(): Promise<InboxWorld> {
    const it = new InboxWorld(await Deno.openKv(":memory:"));
    for (const name of NAMES) {
      await makePerson(it.sync, { userID: name.toLowerCase(), name });
    }
    it.roomID = await it.newRoom("Nest");
    return it;
  }

  async newRoom(name: string): Promise<string> {
    const ada = { userID: "ada", name: "Ada" };
    const asked = { name, visibility: "public" };
    const { roomID } = await createRoom(this.sync, ada, asked);
    for (const userID of ["bob", "cleo"]) {
      await joinRoom(this.sync, { userID, name: userID }, roomID);
    }
    return roomID;
  }

  /** Follows notes until there are none, each look twice, as after a crash. */
  async settle(): Promise<void> {
    await this.lease.hold();
    while (await this.follow() > 0);
  }

  /** Gives back how many notes there were. */
  async follow(): Promise<number> {
    const notes = await Array.fromAsync(this.sync.notes(400));
    const { term } = this.lease;
    for (const [space, some] of Map.groupBy(notes, ({ space }) => space)) {
      await this.feed.follow(space, some, term);
      await this.feed.follow(space, some, term);
      for (const { key } of some) await this.kv.delete(key);
    }
    return notes.length;
  }

  in(roomID = this.roomID, userID = "bob") {
    const mutators = serverRoomMutators(actorOf(userID));
    const does = (name: keyof typeof mutators, args: object) =>
      this.sync.write([`room:${roomID}`], (there) =>
        // deno-lint-ignore no-explicit-any -- each has args of its own
        mutators[name](there, args as any));
    return {
      say: (id: string, content: string, replyTo?: string) =>
        does("createMessage", { id, content, ...replyTo && { replyTo } }),
      edit: (id: string, content: string) =>
        does("editMessage", { id, content }),
      remove: (id: string) => does("deleteMessage", { id }),
    };
  }

  own(userID: string) {
    const { setSaved, setRoomSettings, blockPerson } = serverUserMutators(() =>
      undefined
    );
    const space = `user:${userID}`;
    return {
      save: async (id: string, changes = {}, roomID = this.roomID) => {
        const [found] = await this.sync.get(`room:${roomID}`, `message/${id}`);
        const { seq = 1, authorID = "bob", from = "Bob", content = "" } =
          found as Message | undefined ?? {};
        const message = { roomID, id, seq, authorID, from, content };
        const times = { createdAt: 1, savedAt: 1 };
        await this.sync.write([space], (own) =>
          setSaved(own, {
            roomID,
            id,
            message: { ...message, ...times, ...changes },
          }));
      },
      unsave: (id: string) =>
        this.sync.write(
          [space],
          (own) => setSaved(own, { roomID: this.roomID, id }),
        ),
      set: (notify: string) =>
        this.sync.write(
          [space],
          (own) => setRoomSettings(own, { roomID: this.roomID, notify }),
        ),
      block: (id: string) =>
        this.sync.write([space], (own) => blockPerson(own, { id, name: id })),
    };
  }

  /** Once all is settled. */
  async shown(userID: string) {
    await this.settle();
    const tx = await this.sync.view(`user:${userID}`, actorOf(userID), 1);
    const { inbox, saved } = await inboxIn(tx);
    return {
      inbox: inbox.map(({ why, content, from }) =>
        `${why} ${from}: ${content}`
      ),
      saved: saved.map(({ content, from }) => `${from}: ${content}`),
    };
  }

  async inbox(userID: string): Promise<string[]> {
    return (await this.shown(userID)).inbox;
  }

  /** How many copies KV takes people to have. */
  async holders(): Promise<number> {
    await this.settle();
    const all = this.kv.list({ prefix: ["messageHolder"] });
    return (await Array.fromAsync(all)).length;
  }

  /** Waits until nothing is stored under a prefix. */
  async gone(prefix: Deno.KvKey): Promise<void> {
    const left = () => Array.fromAsync(this.kv.list({ prefix }, { limit: 1 }));
    while ((await left()).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  [Symbol.dispose](): void {
    this.sync.close();
    this.kv.close();
  }
}
