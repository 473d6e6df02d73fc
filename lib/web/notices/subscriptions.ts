// Which devices are told of messages while they are closed: a subscription of Web Push for each session that has asked for it.
import { ECDH } from "node:crypto";
import * as v from "@badrap/valita";
import type { Wanted } from "../../chat/news.ts";
import { Refusal } from "../../chat/refusal.ts";
import { valid } from "../../chat/schema.ts";
import { roomSpace, userSpace } from "../../chat/spaces.ts";
import type { Membership } from "../../chat/schema.ts";
import { type Chore, commitOrUnavailable } from "../../sync/mod.ts";
import { endedOf, type Session, subscriptionKey } from "../auth/session.ts";
import { hashOf } from "../auth/token.ts";
import type { ChatSync } from "../chat/domain.ts";
import { ForbiddenAddress, type Outgoing } from "../http/outgoing.ts";

/** A browser's address at a push service, and the keys by which it reads what comes (RFC 8291), in base64url. */
export type Subscription = {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  /** What this device tells of, in rooms for which nothing else is set. */
  wanted: Wanted;
  /** When it was made, in milliseconds since 1970. */
  at: number;
};

const MAX_PER_PERSON = 10;
const MAX_ENDPOINT = 1_000; // characters; those of browsers have 200
const POINT_BYTES = 65;
const AUTH_BYTES = 16;
const KEYS_PER_COMMIT = 100;

/**
 * `["subscribed", roomID, userID]`: a member with a subscription, and whether
 * one of theirs tells of every message. It may outlive what it says, never lack.
 */
const SUBSCRIBED = ["subscribed"];
/** `["subscriptionAt", hash of the endpoint]`: whose it is. */
const endpointKey = (endpoint: string) => ["subscriptionAt", hashOf(endpoint)];

export type Subscribed = "all" | "mentions";

const base64url = (bytes: number, what: string) =>
  v.string().assert(
    (text) => /^[\w-]+$/.test(text) && bytesOf(text)?.length === bytes,
    `${what} has ${bytes} bytes in base64url.`,
  );

function bytesOf(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return undefined; // it is none
  }
}

/** Not by Web Crypto: Deno's imports any bytes, and fails once they are used. */
function isPoint(text: string): boolean {
  try {
    ECDH.convertKey(bytesOf(text)!, "prime256v1");
    return true;
  } catch {
    return false; // not on the curve, or not of this form
  }
}

const Input = v.object({
  endpoint: v.string().assert(
    (text) => text.length <= MAX_ENDPOINT && URL.canParse(text),
    `This is no address of at most ${MAX_ENDPOINT} characters.`,
  ),
  keys: v.object({
    p256dh: base64url(POINT_BYTES, "A public key").assert(
      isPoint,
      "This is no point of the curve P-256.",
    ),
    auth: base64url(AUTH_BYTES, "A secret"),
  }),
  wanted: v.union(
    v.literal("nothing"),
    v.literal("mentions"),
    v.literal("all"),
  ),
});

export class Subscriptions {
  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
    private readonly outgoing: Outgoing,
  ) {}

  /** That of a session. */
  of({ userID, sessionID }: Session): Promise<Deno.KvEntryMaybe<Subscription>> {
    return this.kv.get<Subscription>(subscriptionKey(userID, sessionID));
  }

  /** Those of a person, with the sessions they belong to. */
  async allOf(
    userID: string,
  ): Promise<{ sessionID: string; value: Subscription }[]> {
    return (await this.#entriesOf(userID)).map(({ key, value }) => ({
      sessionID: key[2] as string,
      value,
    }));
  }

  #entriesOf(userID: string): Promise<Deno.KvEntry<Subscription>[]> {
    const prefix = ["subscription", userID];
    return Array.fromAsync(this.kv.list<Subscription>({ prefix }));
  }

  /**
   * Stores the subscription of a session, out of the JSON of a body, in the
   * place of one before it. That of another session at the same endpoint, as of
   * who was signed in on the device before, ends; of more than ten of a person
   * the oldest does. Throws a `bad-args` refusal.
   */
  async put(session: Session, input: unknown): Promise<void> {
    const { userID, sessionID } = session;
    const { endpoint, keys, wanted } = this.#checked(input);
    const at = Date.now();
    const index = endpointKey(endpoint);
    const found = await this.kv.get<Session>(index);
    const atomic = this.kv.atomic().check(found);
    const other = found.value;
    if (other && other.sessionID !== sessionID) {
      const theirs = await this.of(other);
      if (theirs.value?.endpoint === endpoint) {
        atomic.check(theirs).delete(theirs.key);
      }
    }
    const others = (await this.#entriesOf(userID))
      .filter(({ key }) => key[2] !== sessionID)
      .sort((a, b) => b.value.at - a.value.at);
    for (const surplus of others.slice(MAX_PER_PERSON - 1)) {
      atomic.check(surplus).delete(surplus.key);
    }
    const subscription: Subscription = { endpoint, keys, wanted, at };
    const isFirst = await commitOrUnavailable(
      atomic.set(subscriptionKey(userID, sessionID), subscription)
        .set(index, session),
    );
    // Two tabs at once, or one that was to go was renewed: it is the same to say it again.
    if (!isFirst) return await this.put(session, input);
    await this.#enterRooms(userID);
    // It may have been ended after it was looked up and before this stood here.
    if ((await endedOf(this.kv, [sessionID])).length > 0) {
      await this.delete(session);
    }
  }

  /** Ends that of a session, whichever it has. */
  async delete({ userID, sessionID }: Session): Promise<void> {
    await commitOrUnavailable(
      this.kv.atomic().delete(subscriptionKey(userID, sessionID)),
    );
  }

  /** Ends a subscription, as it was read; false where it is not that any more, as the browser has renewed it: then it stays. */
  deleteUnchanged(found: Deno.KvEntry<Subscription>): Promise<boolean> {
    return commitOrUnavailable(
      this.kv.atomic().check(found).delete(found.key),
    );
  }

  /** Notes in all their rooms that a person has subscriptions. */
  async #enterRooms(userID: string): Promise<void> {
    const roomIDs: string[] = [];
    for await (
      const { value } of this.sync.scan(userSpace(userID), "membership/")
    ) roomIDs.push((value as Membership).roomID);
    const subscribed = await this.#subscribed(userID);
    if (!subscribed) return;
    for (let i = 0; i < roomIDs.length; i += KEYS_PER_COMMIT) {
      const atomic = this.kv.atomic();
      for (const roomID of roomIDs.slice(i, i + KEYS_PER_COMMIT)) {
        atomic.set([...SUBSCRIBED, roomID, userID], subscribed);
      }
      await commitOrUnavailable(atomic);
    }
  }

  async #subscribed(userID: string): Promise<Subscribed | undefined> {
    const all = await this.allOf(userID);
    if (all.length === 0) return undefined;
    return all.some(({ value }) => value.wanted === "all") ? "all" : "mentions";
  }

  /** Notes that a person is a member of a room, or is none any more. */
  async membershipChanged(roomID: string, userID: string): Promise<void> {
    const key = [...SUBSCRIBED, roomID, userID];
    const found = await this.kv.get<Subscribed>(key);
    const [member] = await this.sync.get(roomSpace(roomID), `member/${userID}`);
    const subscribed = member && await this.#subscribed(userID);
    if (subscribed === (found.value ?? undefined)) return;
    // Checked, as one that is made meanwhile must not be taken out.
    const atomic = this.kv.atomic().check(found);
    await commitOrUnavailable(
      subscribed ? atomic.set(key, subscribed) : atomic.delete(key),
    );
  }

  /** The members of a room who may have subscriptions. */
  async in(
    roomID: string,
  ): Promise<{ userID: string; subscribed: Subscribed }[]> {
    const prefix = [...SUBSCRIBED, roomID];
    const all = await Array.fromAsync(
      this.kv.list<Subscribed>({ prefix }, { batchSize: 500 }),
    );
    return all.map(({ key, value }) => ({
      userID: key[2] as string,
      subscribed: value,
    }));
  }

  /** What is left when a session expires, a room is deleted, or a process dies in between. */
  chores(): Chore[] {
    const { kv } = this;
    return [
      {
        name: "subscriptions",
        prefix: ["subscription"],
        handle: async ({ key }) => {
          const [, userID, sessionID] = key as string[];
          const ended = await endedOf(kv, [sessionID]);
          if (ended.length > 0) await this.delete({ userID, sessionID });
        },
      },
      {
        name: "subscribed",
        prefix: SUBSCRIBED,
        handle: async ({ key }) => {
          const [, roomID, userID] = key as string[];
          await this.membershipChanged(roomID, userID);
        },
      },
      {
        name: "subscriptionAt",
        prefix: ["subscriptionAt"],
        handle: async (entry) => {
          const { value } = await this.of(entry.value as Session);
          const isIts = value &&
            entry.key[1] === endpointKey(value.endpoint)[1];
          if (!isIts) await kv.atomic().check(entry).delete(entry.key).commit();
        },
      },
    ];
  }

  #checked(input: unknown): v.Infer<typeof Input> {
    const checked = valid(Input, input);
    const { endpoint } = checked;
    try {
      this.outgoing.check(new URL(endpoint));
    } catch (error) {
      if (!(error instanceof ForbiddenAddress)) throw error;
      throw new Refusal("bad-args", `endpoint: ${error.message}`);
    }
    return checked;
  }
}
