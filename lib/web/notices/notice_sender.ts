// Tells closed devices of messages: decides at the last moment whether, and what becomes of a notice by the push service's answer.
import { cutText } from "../../chat/graphemes.ts";
import { newsIn, wantedIn } from "../../chat/news.ts";
import type { Message, Room } from "../../chat/schema.ts";
import { fileCount } from "../../chat/strings/files.ts";
import { logFailure } from "../../sync/mod.ts";
import { endedOf, type Session } from "../auth/session.ts";
import type { ChatSync } from "../chat/domain.ts";
import {
  ForbiddenAddress,
  msIn,
  type OutgoingAnswer,
} from "../http/outgoing.ts";
import type { Job, Outcome } from "../jobs/job_queue.ts";
import { MAX_AGE_MS, type NoticeOf } from "./notice_feed.ts";
import { personInRoom } from "./person_in_room.ts";
import type { Subscription, Subscriptions } from "./subscriptions.ts";
import type { Deliver, Notice } from "./web_push.ts";

/** In graphemes; systems show less. */
const MAX_BODY = 120;
/** However long these are. */
const MAX_BODY_BYTES = 2_000;
const MIN_TTL = 60; // seconds

/** What keeps a device from being told: the status is the push service's. */
export type TestFailure = "not-subscribed" | "gone" | { status: number };

export class NoticeSender {
  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
    private readonly subscriptions: Subscriptions,
    private readonly deliver: Deliver,
  ) {}

  /** Does a job of `NoticeFeed`: tells a device of a message, unless it is none of its news by now. */
  async run({ lane, id, payload }: Job): Promise<Outcome> {
    const { userID, roomID, messageID, isPlain } = payload as NoticeOf;
    const session: Session = { sessionID: lane, userID };
    const found = await this.#subscriptionOf(session);
    if (!found) return "done";
    const subscription = found.value;
    // Read last, right before it is sent.
    const person = await personInRoom(this.sync, userID, roomID, messageID);
    if (!person?.message) return "done";
    const { room, member, read, notify, blocked, message } = person;
    const age = Date.now() - message.createdAt;
    const wanted = wantedIn(notify, subscription.wanted);
    const isNews =
      newsIn(room, [message], read, wanted, member, blocked).length > 0;
    if (!isNews || age > MAX_AGE_MS) return "done";
    const answer = await this.deliver(subscription, {
      ...noticeOf(room, message),
      read,
      ...isPlain && { isPlain },
    }, {
      topic: id,
      ttl: Math.max(MIN_TTL, Math.floor((MAX_AGE_MS - age) / 1_000)),
      urgency: isPlain ? "normal" : "high",
    }).catch((error) => {
      if (error instanceof ForbiddenAddress) return null;
      // Whichever it is: the log says so once.
      throw new Error("A push service did not answer", { cause: error });
    });
    if (!answer || isGone(answer)) {
      const isDeleted = await this.subscriptions.deleteUnchanged(found);
      return isDeleted ? "done" : { afterMs: 0 }; // by the one that took its place
    }
    return this.#outcome(subscription, answer);
  }

  /** Tells a device that it can be told. Gives back what keeps it from that, if anything does; throws what the request does. */
  async test(
    session: Session,
    words: Notice,
  ): Promise<TestFailure | undefined> {
    const found = await this.#subscriptionOf(session);
    if (!found) return "not-subscribed";
    const answer = await this.deliver(found.value, words, {
      topic: words.tag,
      ttl: MIN_TTL,
      urgency: "high",
    });
    if (isGone(answer)) {
      const isDeleted = await this.subscriptions.deleteUnchanged(found);
      return isDeleted ? "gone" : await this.test(session, words);
    }
    return isTaken(answer) ? undefined : { status: answer.status };
  }

  /** That of a session that has not ended. */
  async #subscriptionOf(
    session: Session,
  ): Promise<Deno.KvEntry<Subscription> | null> {
    const found = await this.subscriptions.of(session);
    if (found.value === null) return null;
    const ended = await endedOf(this.kv, [session.sessionID]);
    if (ended.length === 0) return found;
    await this.subscriptions.delete(session);
    return null;
  }

  #outcome({ endpoint }: Subscription, answer: OutgoingAnswer): Outcome {
    if (isTaken(answer)) return "done";
    const { status, retryAfter } = answer;
    if (status === 429 || status >= 500) {
      const afterMs = msIn(retryAfter, Date.now());
      return afterMs === undefined ? "failed" : { afterMs };
    }
    // It will not take it the next time either.
    const { host } = new URL(endpoint);
    const cause = `${host} answered ${status}`;
    logFailure(
      "A notice was dropped",
      new Error("A push service refused it", { cause }),
    );
    return "done";
  }
}

const isTaken = ({ status }: OutgoingAnswer) => status >= 200 && status < 300;
/** The browser has ended the subscription. */
const isGone = ({ status }: OutgoingAnswer) => status === 404 || status === 410;

/** As an open tab would show it. */
export function noticeOf(room: Room, message: Message): Notice {
  const { id, seq, from, content, files } = message;
  return {
    title: room.direct ? from : `${from} · ${room.name}`,
    body: shortened(content) || fileCount(files?.length),
    tag: id,
    url: `/rooms/${room.id}#message-${id}`,
    roomID: room.id,
    seq,
  };
}

/** A character can be of any number of bytes. */
function shortened(content: string): string {
  const encoder = new TextEncoder();
  for (let most = MAX_BODY; most > 0; most >>= 1) {
    const text = cutText(content, most);
    if (encoder.encode(text).length <= MAX_BODY_BYTES) return text;
  }
  return [...content].slice(0, MAX_BODY).join("");
}
