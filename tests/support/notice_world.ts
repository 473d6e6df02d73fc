// A simulated room whose members have closed devices, served by processes that may die at each await.
import type { Message, Room } from "../../lib/chat/schema.ts";
import { roomSpace, userSpace } from "../../lib/chat/spaces.ts";
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain, type ChatSync } from "../../lib/web/chat/domain.ts";
import { HOOK, HOOK_JOBS, HookFeed } from "../../lib/web/bots/hook_feed.ts";
import { HookSender } from "../../lib/web/bots/hook_sender.ts";
import { Outgoing, type OutgoingAnswer } from "../../lib/web/http/outgoing.ts";
import { InboxFeed } from "../../lib/web/inbox/inbox_feed.ts";
import { JobQueue, NO_NOTES } from "../../lib/web/jobs/job_queue.ts";
import { NOTICE, NoticeFeed } from "../../lib/web/notices/notice_feed.ts";
import { NoticeSender } from "../../lib/web/notices/notice_sender.ts";
import {
  type Subscription,
  Subscriptions,
} from "../../lib/web/notices/subscriptions.ts";
import type { Delivery, Notice } from "../../lib/web/notices/web_push.ts";
import { type Plan, Process } from "./faulty_kv.ts";
import { NEVER, Simulation } from "./simulation.ts";

export const ROOM = "r";

/** A notice as a push service has taken it. */
export type Told = Delivery & {
  userID: string;
  notice: Notice;
  at: number;
};

/** A request of a hook. */
export type Heard = {
  url: string;
  headers: Record<string, string>;
  body: string;
  at: number;
};

/** Of an address that people have given; it may take its time. */
type Answer = OutgoingAnswer | Error;

export type Served = {
  process: Process;
  sync: ChatSync;
  subscriptions: Subscriptions;
  jobs: JobQueue;
  hookJobs: JobQueue;
};

export class NoticeWorld {
  plan: Plan = () => undefined;
  readonly told: Told[] = [];
  /** What the push service answers to the device of a person, at an endpoint. */
  answer: (
    userID: string,
    endpoint: string,
  ) => Answer | Promise<Answer> = () => TAKEN;
  /** What hooks have taken, in order. */
  readonly heard: Heard[] = [];
  /** What the address of a hook answers. */
  hookAnswer: (url: string) => Answer | Promise<Answer> = () => TAKEN;
  /** Who has a page open. */
  readonly online = new Set<string>();
  readonly #all: Served[] = [];

  private constructor(readonly world: Simulation, readonly kv: Deno.Kv) {}

  /** Lives through a story in the world of a seed. */
  static async live(
    seed: number,
    story: (world: NoticeWorld) => Promise<void>,
  ): Promise<void> {
    using kv = await Deno.openKv(":memory:");
    const world = new Simulation(seed);
    const it = new NoticeWorld(world, kv);
    await world.run(async () => {
      try {
        await story(it);
      } finally {
        for (const { jobs, hookJobs, sync } of it.#all) {
          jobs.stop();
          hookJobs.stop();
          sync.close();
        }
      }
    });
  }

  /** One more process. */
  serve(): Served {
    const process = new Process(
      this.kv,
      this.world,
      (call) => this.plan(call),
      (_, run) => run(),
      () => true,
    );
    const { kv } = process;
    const sync = new Sync(kv, chatDomain, { onNote: () => jobs.wake() });
    const jobs = new JobQueue(kv, sync);
    const subscriptions = new Subscriptions(kv, sync, new Outgoing(true));
    const online = {
      refresh: () => Promise.resolve(),
      in: () => this.online,
    };
    const feed = new NoticeFeed(sync, subscriptions, jobs, online);
    const sender = new NoticeSender(
      kv,
      sync,
      subscriptions,
      (to, notice, how) => this.#deliver(process, to, notice, how),
    );
    const hookJobs = new JobQueue(kv, NO_NOTES, HOOK_JOBS);
    const hookFeed = new HookFeed(kv, sync, hookJobs);
    const hookSender = new HookSender(kv, sync, hookJobs, {
      post: (url, headers, body) => {
        const said = new TextDecoder().decode(body);
        return this.#request(process, async () => {
          const answer = await this.hookAnswer(url.href);
          const { now } = this.world;
          if ("status" in answer && answer.status < 300) {
            this.heard.push({ url: url.href, headers, body: said, at: now });
          }
          return answer;
        });
      },
    });
    for (const each of [feed, hookFeed, new InboxFeed(kv, sync)]) {
      jobs.follows((...told) => each.follow(...told));
    }
    jobs.runs(NOTICE, (job) => sender.run(job));
    hookJobs.runs(HOOK, (job) => hookSender.run(job));
    jobs.start();
    hookJobs.start();
    const served = { process, sync, subscriptions, jobs, hookJobs };
    this.#all.push(served);
    return served;
  }

  /** A process that lives, a new one if there is none. */
  get alive(): Served {
    return this.#all.find(({ process }) => process.alive) ?? this.serve();
  }

  /** Does something by way of whichever process lives, again after each failure, until it is done. */
  async surely<T>(deed: (served: Served) => Promise<T>): Promise<T> {
    for (;;) {
      const served = this.alive;
      try {
        return await Promise.race([deed(served), served.process.died.promise]);
      } catch {
        await this.world.sleep(100);
      }
    }
  }

  async makeRoom(names: string[], more: Partial<Room> = {}): Promise<void> {
    await this.surely(({ sync }) =>
      sync.write([roomSpace(ROOM)], (there) =>
        there.set("room", {
          id: ROOM,
          name: "Den",
          topic: "",
          visibility: "private",
          createdBy: names[0],
          createdAt: 0,
          messageCount: 0,
          ...more,
        }))
    );
    for (const name of names) await this.join(name);
  }

  /** `name` is the userID in lower case. */
  async join(name: string): Promise<void> {
    const id = name.toLowerCase();
    await this.surely(({ sync }) =>
      sync.write([roomSpace(ROOM), userSpace(id)], async (there, own) => {
        const joinedAt = this.world.now;
        await there.set(`member/${id}`, { id, name, role: "member", joinedAt });
        const membership = { roomID: ROOM, name: "Den", joinedAt };
        await own.set(`membership/${ROOM}`, membership);
      })
    );
  }

  async leave(userID: string): Promise<void> {
    await this.surely(({ sync }) =>
      sync.write([roomSpace(ROOM), userSpace(userID)], async (there, own) => {
        await there.del(`member/${userID}`);
        await own.del(`membership/${ROOM}`);
      })
    );
  }

  /** A device of theirs is to be told of what is wanted. */
  async subscribe(
    userID: string,
    wanted: Subscription["wanted"] = "mentions",
    device = `${userID}-phone`,
  ): Promise<void> {
    const session = { userID, sessionID: device };
    const stored = { userID, expiresAt: Infinity };
    await this.world.soon(() => this.kv.set(["session", device], stored));
    const endpoint = `https://push.test/${device}`;
    const keys = { p256dh: POINT, auth: "A".repeat(22) };
    await this.surely(({ subscriptions }) =>
      subscriptions.put(session, { endpoint, keys, wanted })
    );
  }

  async say(
    id: string,
    content: string,
    authorID = "bob",
    more: Partial<Message> = {},
  ): Promise<void> {
    await this.surely(({ sync }) =>
      sync.write([roomSpace(ROOM)], async (there) => {
        if (await there.has(`message/${id}`)) return;
        const room = await there.get("room") as Room;
        const messageCount = room.messageCount + 1;
        await there.set("room", { ...room, messageCount });
        await there.set(`message/${id}`, {
          id,
          seq: messageCount,
          authorID,
          from: authorID,
          content,
          createdAt: this.world.now,
          reactions: {},
          ...more,
        });
      })
    );
  }

  /** Sets an entry of a person's own, or one of the room's with `null`. */
  async set(userID: string | null, key: string, value: object): Promise<void> {
    const space = userID === null ? roomSpace(ROOM) : userSpace(userID);
    await this.surely(({ sync }) =>
      sync.write([space], (tx) => tx.set(key, value as never))
    );
  }

  async read(userID: string): Promise<void> {
    const [room] = await this.surely(({ sync }) =>
      sync.get(roomSpace(ROOM), "room")
    );
    const seq = (room as Room).messageCount;
    await this.set(userID, `read/${ROOM}`, { seq });
  }

  /** Waits until nothing is left to do. */
  async settle(): Promise<void> {
    const left = async () => {
      let count = 0;
      for (const kind of ["note", "job", "lane", "job.hook", "lane.hook"]) {
        const list = () => Array.fromAsync(this.kv.list({ prefix: [kind] }));
        count += (await this.world.soon(list)).length;
      }
      return count;
    };
    do {
      this.alive.jobs.wake();
      this.alive.hookJobs.wake();
      await this.world.sleep(1_000);
    } while (await left() > 0);
  }

  /** Who was told of which messages, in order. */
  get log(): string[] {
    return this.told.map(({ userID, notice }) => `${userID}: ${notice.tag}`);
  }

  #deliver(
    process: Process,
    to: Subscription,
    notice: Notice,
    how: Delivery,
  ): Promise<OutgoingAnswer> {
    return this.#request(process, async () => {
      const device = to.endpoint.split("/").at(-1)!;
      const [userID] = device.split("-");
      const answer = await this.answer(userID, to.endpoint);
      const isTaken = "status" in answer && answer.status === 201;
      if (isTaken) {
        this.told.push({ userID, notice, ...how, at: this.world.now });
      }
      return answer;
    });
  }

  /** A request of a process, which may die before it is answered. */
  #request(
    process: Process,
    answered: () => Answer | Promise<Answer>,
  ): Promise<OutgoingAnswer> {
    if (!process.alive) return new Promise<never>(() => {});
    const { promise, resolve } = Promise.withResolvers<Answer>();
    // The world goes on while it is answered.
    this.world.soon(() => Promise.resolve(resolve(answered())));
    return promise.then((answer) =>
      this.world.soon(() => {
        if (!process.alive) return Promise.resolve(NEVER);
        return answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve(answer);
      })
    );
  }
}

export const TAKEN: OutgoingAnswer = { status: 201, retryAfter: null };

/** The public key of RFC 8291's example. */
export const POINT =
  "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
