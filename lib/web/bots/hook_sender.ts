// Tells hooks of what happens to messages: signed, in order, again with growing pauses for a day.
import { createHmac } from "node:crypto";
import type { Message, Room } from "../../chat/schema.ts";
import { roomSpace } from "../../chat/spaces.ts";
import type { ChatSync } from "../chat/domain.ts";
import {
  ForbiddenAddress,
  msIn,
  type Outgoing,
  type OutgoingAnswer,
} from "../http/outgoing.ts";
import {
  type Job,
  type JobQueue,
  type Outcome,
  TURN_MS,
} from "../jobs/job_queue.ts";
import { type Bot, botsOf, type Hook, noteFailures } from "./bots.ts";
import {
  deleteEvents,
  EVENT_LASTS_MS,
  eventsOf,
  giveUp,
  type HookEvent,
  type HookOf,
} from "./hook_feed.ts";

/** What keeps an event from being sent. */
type Problem = { reason: string; afterMs?: number; isGone?: boolean };

export class HookSender {
  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
    private readonly queue: Pick<JobQueue, "add">,
    private readonly outgoing: Pick<Outgoing, "post">,
  ) {}

  /** Does a job of `HookFeed`: sends what waits for a hook until something fails, or other lanes have their turn. */
  async run(job: Job): Promise<Outcome> {
    const { roomID } = job.payload as HookOf;
    const prefix = eventsOf(job.lane);
    const end = performance.now() + TURN_MS;
    while (performance.now() < end) {
      // Anew for each: it may have been removed.
      const found = await this.#find(roomID, job.lane);
      if (!found) {
        await deleteEvents(this.kv, await this.#waiting(prefix));
        return "done";
      }
      const [first] = await this.#waiting(prefix, 1);
      if (!first) return "done";
      const problem = await this.#send(roomID, found.hook, first.value);
      if (!problem) {
        await deleteEvents(this.kv, [first]);
        continue;
      }
      const { reason, afterMs, isGone } = problem;
      const { bot: { id: botID }, hook } = found;
      if (isGone) {
        const ended = { botID, url: hook.url, at: Date.now(), reason };
        await noteFailures(this.sync, roomID, [ended], hook);
        continue;
      }
      const since = Date.now() - EVENT_LASTS_MS;
      const old = (await this.#waiting(prefix))
        .filter(({ value }) => value.at <= since);
      if (old.length > 0) {
        await giveUp(this.kv, this.sync, roomID, found, old, reason);
      }
      return afterMs === undefined ? "failed" : { afterMs };
    }
    await this.queue.add([{ ...job, due: Date.now() }]);
    return "done";
  }

  async #find(
    roomID: string,
    hookID: string,
  ): Promise<{ bot: Bot; hook: Hook } | undefined> {
    for (const bot of await botsOf(this.sync, roomID)) {
      const hook = bot.hooks.find(({ id }) => id === hookID);
      if (hook) return { bot, hook };
    }
    return undefined;
  }

  #waiting(prefix: Deno.KvKey, limit?: number) {
    return Array.fromAsync(this.kv.list<HookEvent>({ prefix }, { limit }));
  }

  /** Undefined when it is done, as when there is nothing more to tell: what was deleted meanwhile is not sent. */
  async #send(
    roomID: string,
    hook: Hook,
    event: HookEvent,
  ): Promise<Problem | undefined> {
    const [room, message] = await this.sync
      .get(roomSpace(roomID), "room", `message/${event.messageID}`) as [
        Room | undefined,
        Message | undefined,
      ];
    const isToldOf = message || event.event === "message.deleted";
    if (!room || !isToldOf) return undefined;
    const body = JSON.stringify(payloadOf(room, event, message));
    try {
      const answer = await this.outgoing.post(
        new URL(hook.url),
        headersOf(hook, body, Date.now()),
        new TextEncoder().encode(body),
      );
      return problemIn(answer);
    } catch (error) {
      // Whatever it was, it is the address's owner's to mend, and may be the network's.
      const isForbidden = error instanceof ForbiddenAddress;
      return { reason: isForbidden ? error.message : "It did not answer." };
    }
  }
}

/** By what it answers: 2xx is taken, 410 the end, all else is tried again. */
function problemIn(answer: OutgoingAnswer): Problem | undefined {
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status === 410) {
    return { reason: "It answered 410: the hook has ended.", isGone: true };
  }
  const waits = status === 429 || status === 503;
  return {
    reason: `It answered ${status}.`,
    ...waits && { afterMs: msIn(retryAfter, Date.now()) },
  };
}

/** What is sent of an event. Its `id` is the same each time that it is sent. */
export function payloadOf(
  room: Pick<Room, "id" | "name">,
  { event, messageID, at }: HookEvent,
  message: Message | undefined,
) {
  const told = event === "message.deleted" ? undefined : message;
  return {
    id: event === "message.edited"
      ? `${event}-${messageID}-${at}`
      : `${event}-${messageID}`,
    event,
    room: { id: room.id, name: room.name },
    message: told
      ? {
        id: messageID,
        author: { id: told.authorID, name: told.from },
        content: told.content,
        files: told.files?.map(({ name }) => name),
        replyTo: told.replyTo,
        createdAt: told.createdAt,
        editedAt: told.editedAt,
      }
      : { id: messageID },
  };
}

/** The headers of a request whose body is signed as of a time, in milliseconds since 1970. */
export function headersOf(
  { secret }: Pick<Hook, "secret">,
  body: string,
  now: number,
): Record<string, string> {
  const t = Math.floor(now / 1_000);
  const v1 = createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");
  return {
    "content-type": "application/json",
    "user-agent": "Kvetch",
    "x-kvetch-signature": `t=${t},v1=${v1}`,
  };
}
