// Deletes accounts: one ends at once, and is then taken out of every room in small steps
// that any process can go on with.
import type { WriteTransaction } from "replicache";
import { Refusal } from "../../chat/refusal.ts";
import type { LeftRoom, Membership, Message } from "../../chat/schema.ts";
import { avatarSpace, roomSpace, userSpace } from "../../chat/spaces.ts";
import { isVisible } from "../../chat/visible.ts";
import { DELETED_USER } from "../../chat/direct.ts";
import { coalesce, commitOrUnavailable } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import { discardFilesOf } from "../files/file_store.ts";
import { Holders } from "../inbox/holders.ts";
import { revokeSignInLink } from "./sign_in_link.ts";
import { endMember, endMembership } from "../chat/members.ts";
import { userOf } from "../chat/profile.ts";
import { endSessions } from "./session.ts";

/** `["deletion", userID]`: that an account is to be erased, until it is. */
const PREFIX = ["deletion"];
type DeletionRequest = { at: number };

const RETRY_AFTER_MS = 10_000; // after a failure
const LOOK_AGAIN_MS = 600_000; // for what another process has left that died meanwhile
/** A younger request of a person who still has a name is left for later: a write is tried for less. */
const MIN_AGE_MS = 30_000;
const PAUSE_MS = 5; // between two commits: others get their turn
// What one commit changes is worked out in one turn of the event loop: 2 ms.
const MESSAGES_PER_COMMIT = 25;
const BYTES_PER_COMMIT = 40_000; // of messages as they are stored; one may be larger

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
    this.#schedule(await this.#finishAll() ? LOOK_AGAIN_MS : RETRY_AFTER_MS);
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

  /** Goes on, from now on until `stop`, with what was begun here, or by a process that has died. */
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
    for await (const { value } of this.sync.scan(space, "membership/")) {
      await this.#leave(userID, (value as Membership).roomID);
    }
    for await (const { key, value } of this.sync.scan(space, "left/")) {
      const { roomID } = value as LeftRoom;
      await this.#anonymize(userID, roomID);
      await this.sync.erase(roomSpace(roomID), userID);
      await this.sync.write([space], (own) => own.del(key));
    }
    await discardFilesOf(this.kv, userID);
    await this.sync.erase(avatarSpace(userID));
    await new Holders(this.kv).forget(this.sync, userID);
    await this.sync.erase(space);
  }

  async #leave(userID: string, roomID: string): Promise<void> {
    try {
      await endMember(this.sync, userID, roomID);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The room does not know them; an old copy of the store may be so.
      await this.sync.write(
        [userSpace(userID)],
        (own) => endMembership(own, roomID),
      );
    }
  }

  /**
   * Takes their name and files from all that they wrote in a room. They are no member any
   * more, so nothing is added meanwhile.
   */
  async #anonymize(userID: string, roomID: string): Promise<void> {
    const space = roomSpace(roomID);
    let [some, size] = [[] as string[], 0];
    const commit = async () => {
      const messages = some;
      [some, size] = [[], 0];
      if (messages.length === 0) return;
      await this.sync.write(
        [space],
        (there) => anonymize(there, userID, messages),
      );
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    };
    for await (const entry of this.sync.scan(space, "message/")) {
      if (!isTheirs(entry.value as Message, userID)) continue;
      if (size + entry.bytes > BYTES_PER_COMMIT) await commit();
      some.push(entry.key);
      size += entry.bytes;
      if (some.length === MESSAGES_PER_COMMIT) await commit();
    }
    await commit();
  }
}

/** Whether a message is a person's, under their name, or has files of theirs. */
const isTheirs = (message: Message, userID: string): boolean =>
  message.filesBy === userID ||
  (message.authorID === userID && message.from !== DELETED_USER);

/** Takes a person's name, and their files, from some messages, those that are there yet. */
async function anonymize(
  there: WriteTransaction,
  userID: string,
  messages: string[],
): Promise<void> {
  for (const key of messages) {
    const message = await there.get(key) as Message | undefined;
    if (!message || !isTheirs(message, userID)) continue;
    const { files, filesBy: _, ...rest } = message;
    const from = message.authorID === userID ? DELETED_USER : message.from;
    const isShown = !files || isVisible(message.content);
    if (!isShown) await there.del(key); // there is nothing else in it
    else await there.set(key, { ...rest, from });
  }
}
