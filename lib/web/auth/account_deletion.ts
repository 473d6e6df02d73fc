// Deleting an account: it ends at once; then, in small steps that any process can go on with, it is taken out of every room.
import type { WriteTransaction } from "replicache";
import { leftRoomsOf, membershipsOf } from "../../chat/queries.ts";
import { Refusal } from "../../chat/refusal.ts";
import type { Message } from "../../chat/schema.ts";
import { roomSpace, userSpace } from "../../chat/spaces.ts";
import { pageStrings } from "../../chat/strings/pages.ts";
import type { ChatSync } from "../chat/domain.ts";
import { revokeSignInLink } from "./sign_in_link.ts";
import { forgetMembership, leaveRoom } from "../chat/members.ts";
import { userOf } from "../chat/profile.ts";
import { endSessions } from "./session.ts";

/** Says that an account is to be erased, until it is. */
const PREFIX = ["deletion"];
type Mark = { at: number };

const AGAIN = 10_000; // ms until what failed is tried again
/** A mark of somebody who still has a name is left alone for so many ms: a write is tried for less. */
const YOUNG = 30_000;
const PAUSE = 5; // ms between two commits: others get their turn
const SLICE = 100; // messages that are looked at in one commit,
const BYTES = 100_000; // or as much JSON as is changed in it: it is in the log as well

/**
 * What is still to do stands in KV: the mark, and in the person's own space the
 * rooms where they are still to be found. Each step can be done twice.
 */
export class AccountDeletions {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #again = false;
  #stopped = false;

  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
  ) {}

  /**
   * Ends an account: nobody can sign in to it any more, on no device, when this
   * resolves. The rest is done in the background, by this process or the next.
   */
  async delete(userID: string): Promise<void> {
    await this.kv.set([...PREFIX, userID], { at: Date.now() });
    // Without a name there is no such person: no session or link opens, and
    // whatever is under way in their name is refused.
    await this.sync.write([userSpace(userID)], (own) => own.del("profile"));
    await this.#shut(userID);
    this.resume();
  }

  /** Goes on with what was begun here, or by a process that has died. */
  resume(): void {
    this.#plan(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #plan(delay: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#round(), delay);
    Deno.unrefTimer(this.#timer);
  }

  /** Does all that is to do, once at a time. */
  async #round(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    let done = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      done = await this.#all();
    }
    this.#running = false;
    if (!done) this.#plan(AGAIN);
  }

  /** False when something is left to do. */
  async #all(): Promise<boolean> {
    let done = true;
    try {
      for await (const mark of this.kv.list<Mark>({ prefix: PREFIX })) {
        done = await this.#finish(mark) && done;
      }
      return done;
    } catch (error) {
      return this.#report(error);
    }
  }

  async #finish(mark: Deno.KvEntry<Mark>): Promise<boolean> {
    const userID = mark.key[1] as string;
    try {
      if (await userOf(this.sync, userID) === null) {
        await this.#erase(userID);
      } else if (Date.now() - mark.value.at < YOUNG) return false;
      // Or else it was not even begun, and whoever asked for it was told so.
      await this.kv.atomic().check(mark).delete(mark.key).commit();
      return true;
    } catch (error) {
      return this.#report(error);
    }
  }

  #report(error: unknown): false {
    if (!this.#stopped) console.error("An account is yet to be erased", error);
    return false;
  }

  async #shut(userID: string): Promise<void> {
    await endSessions(this.kv, userID);
    await revokeSignInLink(this.kv, userID);
  }

  async #erase(userID: string): Promise<void> {
    const space = userSpace(userID);
    await this.#shut(userID);
    const rooms = <T>(query: (own: WriteTransaction) => Promise<T>) =>
      this.sync.write([space], query);
    for (const { roomID } of await rooms(membershipsOf)) {
      await this.#leave(userID, roomID);
    }
    for (const roomID of await rooms(leftRoomsOf)) {
      await this.#disown(userID, roomID);
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
        (own) => forgetMembership(own, roomID),
      );
    }
  }

  /** Puts all that they wrote in a room under nobody's name. */
  async #disown(userID: string, roomID: string): Promise<void> {
    let from: string | undefined = "message/";
    while (from !== undefined) {
      const after: string = from;
      from = await this.sync.write(
        [roomSpace(roomID)],
        (there) => disownSome(there, userID, after),
      );
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

const encoder = new TextEncoder();

/** Does so for the messages that follow a key; gives back the last one's, undefined when there are no more. */
async function disownSome(
  there: WriteTransaction,
  userID: string,
  after: string,
): Promise<string | undefined> {
  let [left, bytes] = [SLICE, BYTES];
  let last = after;
  const start = { key: after, exclusive: true };
  const messages = there.scan({ prefix: "message/", start }).entries();
  for await (const [key, value] of messages) {
    if (left-- === 0 || bytes <= 0) return last;
    last = key;
    const message = value as Message;
    if (message.authorID !== userID) continue;
    if (message.from === pageStrings.deletedUser) continue;
    const nobodys: Message = { ...message, from: pageStrings.deletedUser };
    await there.set(key, nobodys);
    bytes -= encoder.encode(JSON.stringify(nobodys)).length;
  }
  return undefined;
}
