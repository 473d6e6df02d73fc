// Deletes accounts: one ends at once, and is then taken out of every room in small steps
// that any process can go on with.
import type { WriteTransaction } from "replicache";
import { leftRoomsOf, membershipsOf } from "../../chat/queries.ts";
import { Refusal } from "../../chat/refusal.ts";
import type { Message } from "../../chat/schema.ts";
import { roomSpace, userSpace } from "../../chat/spaces.ts";
import { pageStrings } from "../../chat/strings/pages.ts";
import { coalesce, commitOrUnavailable } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import { revokeSignInLink } from "./sign_in_link.ts";
import { endMembership, leaveRoom } from "../chat/members.ts";
import { userOf } from "../chat/profile.ts";
import { endSessions } from "./session.ts";

/** `["deletion", userID]`: that an account is to be erased, until it is. */
const PREFIX = ["deletion"];
type DeletionRequest = { at: number };

const RETRY_AFTER_MS = 10_000; // after a failure
/** A younger request of a person who still has a name is left for later: a write is tried for less. */
const MIN_AGE_MS = 30_000;
const PAUSE_MS = 5; // between two commits: others get their turn
const MESSAGES_PER_COMMIT = 100; // messages that are looked at in one commit,
const BYTES_PER_COMMIT = 100_000; // or as much JSON as is changed in it: it is in the log as well

/**
 * What is still to do is in KV: the request, and in the person's own space the
 * rooms where they still appear. Each step can be done twice.
 */
export class AccountDeletions {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  /** Does all that is to do. */
  readonly #eraseAll = coalesce(async () => {
    if (this.#stopped) return;
    if (!await this.#finishAll()) this.#schedule(RETRY_AFTER_MS);
  });

  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
  ) {}

  /**
   * Ends an account: no device can sign in to it any more when this
   * resolves. The rest is done in the background, by this process or the next.
   */
  async delete(userID: string): Promise<void> {
    await commitOrUnavailable(
      this.kv.atomic().set([...PREFIX, userID], { at: Date.now() }),
    );
    // Without a name there is no such person: no session or link opens, and
    // whatever is under way in their name is refused.
    await this.sync.write([userSpace(userID)], (own) => own.del("profile"));
    await this.#endAccess(userID);
    this.resume();
  }

  /** Goes on with what was begun here, or by a process that has died. */
  resume(): void {
    this.#schedule(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(delay: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#eraseAll(), delay);
    Deno.unrefTimer(this.#timer);
  }

  /** False when something remains to be done. */
  async #finishAll(): Promise<boolean> {
    let done = true;
    try {
      for await (
        const request of this.kv.list<DeletionRequest>({ prefix: PREFIX })
      ) {
        done = await this.#finish(request) && done;
      }
      return done;
    } catch (error) {
      return this.#report(error);
    }
  }

  async #finish(request: Deno.KvEntry<DeletionRequest>): Promise<boolean> {
    const userID = request.key[1] as string;
    try {
      if (await userOf(this.sync, userID) === null) {
        await this.#erase(userID);
      } else if (Date.now() - request.value.at < MIN_AGE_MS) return false;
      // Or it was never begun, and the person was told that it failed.
      await commitOrUnavailable(
        this.kv.atomic().check(request).delete(request.key),
      );
      return true;
    } catch (error) {
      return this.#report(error);
    }
  }

  #report(error: unknown): false {
    if (!this.#stopped) console.error("An account is yet to be erased", error);
    return false;
  }

  async #endAccess(userID: string): Promise<void> {
    await endSessions(this.kv, userID);
    await revokeSignInLink(this.kv, userID);
  }

  async #erase(userID: string): Promise<void> {
    const space = userSpace(userID);
    await this.#endAccess(userID);
    const rooms = <T>(query: (own: WriteTransaction) => Promise<T>) =>
      this.sync.write([space], query);
    for (const { roomID } of await rooms(membershipsOf)) {
      await this.#leave(userID, roomID);
    }
    for (const roomID of await rooms(leftRoomsOf)) {
      await this.#anonymize(userID, roomID);
      await this.sync.erase(roomSpace(roomID), userID);
      await this.sync.write([space], (own) => own.del(`left/${roomID}`));
    }
    await this.sync.erase(space);
  }

  async #leave(userID: string, roomID: string): Promise<void> {
    try {
      await leaveRoom(this.sync, userID, roomID);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The room does not know them; an old copy of the store may be so.
      await this.sync.write(
        [userSpace(userID)],
        (own) => endMembership(own, roomID),
      );
    }
  }

  /** Takes their name from all that they wrote in a room. */
  async #anonymize(userID: string, roomID: string): Promise<void> {
    let from: string | undefined = "message/";
    while (from !== undefined) {
      const after: string = from;
      from = await this.sync.write(
        [roomSpace(roomID)],
        (there) => anonymizeSome(there, userID, after),
      );
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

const encoder = new TextEncoder();

/** Does so for some messages after a key; gives back the last one's key, undefined when there are no more. */
async function anonymizeSome(
  there: WriteTransaction,
  userID: string,
  after: string,
): Promise<string | undefined> {
  let [messages, bytes] = [MESSAGES_PER_COMMIT, BYTES_PER_COMMIT];
  let last = after;
  const start = { key: after, exclusive: true };
  const entries = there.scan({ prefix: "message/", start }).entries();
  for await (const [key, value] of entries) {
    if (messages-- === 0 || bytes <= 0) return last;
    last = key;
    const message = value as Message;
    if (message.authorID !== userID) continue;
    if (message.from === pageStrings.deletedUser) continue;
    const anonymous: Message = { ...message, from: pageStrings.deletedUser };
    await there.set(key, anonymous);
    bytes -= encoder.encode(JSON.stringify(anonymous)).length;
  }
  return undefined;
}
