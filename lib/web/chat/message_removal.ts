// Removes all that a person wrote in a room, in small steps that the next process can go on with.
import type { WriteTransaction } from "replicache";
import { Refusal } from "../../chat/refusal.ts";
import type { Message } from "../../chat/schema.ts";
import { roomSpace } from "../../chat/spaces.ts";
import type { User } from "../../chat/views.ts";
import { coalesce, commitOrUnavailable } from "../../sync/mod.ts";
import { assertOwner } from "../auth/access.ts";
import type { ChatSync } from "./domain.ts";
import { spaceOf, spaceOfPerson } from "./members.ts";

/** `["removal", roomID, userID]`: that this person's messages are to go, up to a `seq`, until they are gone. */
const PREFIX = ["removal"];
type Removal = { upTo: number };

const MAX_PER_ROOM = 20; // people at once: each is a look through the room
const RETRY_AFTER_MS = 10_000; // after a failure
const LOOK_AGAIN_MS = 600_000; // for what another process has left that died meanwhile
const PAUSE_MS = 5; // between two steps: others get their turn
const MESSAGES_PER_STEP = 50; // messages that are looked at in one commit,
const LENGTH_PER_STEP = 50_000; // or as many UTF-16 units of their texts

/** What is to do is in KV; each step can be done twice, and each removal gets one in turn. */
export class MessageRemovals {
  /** Of each removal the key that the next step begins behind, and the versionstamp of what was asked for. */
  readonly #places = new Map<string, { after: string; of: string }>();
  readonly #removeAll = coalesce(() => this.#work());
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
  ) {}

  /** Goes on with what a process that has died has left, now and each ten minutes. */
  static start(kv: Deno.Kv, sync: ChatSync): MessageRemovals {
    const removals = new MessageRemovals(kv, sync);
    removals.#resume(0);
    return removals;
  }

  /**
   * Has all removed that a person has written in a room until now, by an owner.
   * It is certain to happen when this resolves; the rest is done in the
   * background. Throws a refusal: `not-found` for a room one may not see,
   * `not-allowed`, `full` while many others' are being removed there.
   */
  async remove(owner: User, roomID: string, userID: string): Promise<void> {
    spaceOfPerson(userID);
    const upTo = await this.sync.write([spaceOf(roomID)], async (there) => {
      const { room } = await assertOwner(there, owner.userID);
      return room.messageCount;
    });
    const under = await Array.fromAsync(
      this.kv.list({ prefix: [...PREFIX, roomID] }, { limit: MAX_PER_ROOM }),
    );
    const isNew = !under.some(({ key }) => key.at(-1) === userID);
    if (isNew && under.length === MAX_PER_ROOM) {
      throw new Refusal(
        "full",
        `The messages of ${MAX_PER_ROOM} people are being removed here. Try again in a while.`,
      );
    }
    const removal: Removal = { upTo };
    const key = [...PREFIX, roomID, userID];
    await commitOrUnavailable(this.kv.atomic().set(key, removal));
    this.#resume(0);
  }

  #resume(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#removeAll(), delay);
    Deno.unrefTimer(this.#timer);
  }

  async #work(): Promise<void> {
    /** What failed: it is left out until later, so that others go on. */
    const failed = new Set<string>();
    try {
      for (let any = true; any;) {
        any = false;
        for await (
          const removal of this.kv.list<Removal>({ prefix: PREFIX })
        ) {
          const id = removal.key.join();
          if (failed.has(id)) continue;
          any = true;
          await this.#step(removal, id).catch((error) => {
            failed.add(id);
            report(error);
          });
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
      }
      this.#resume(failed.size > 0 ? RETRY_AFTER_MS : LOOK_AGAIN_MS);
    } catch (error) {
      report(error);
      this.#resume(RETRY_AFTER_MS);
    }
  }

  async #step(removal: Deno.KvEntry<Removal>, id: string): Promise<void> {
    const { key, value, versionstamp } = removal;
    const [, roomID, userID] = key as string[];
    const place = this.#places.get(id);
    // One that was asked for anew begins anew.
    const after = place?.of === versionstamp ? place.after : MESSAGES;
    const last = await this.sync.write(
      [roomSpace(roomID)],
      (there) => removeSome(there, userID, value.upTo, after),
    );
    if (last !== undefined) {
      this.#places.set(id, { after: last, of: versionstamp });
      return;
    }
    await commitOrUnavailable(this.kv.atomic().check(removal).delete(key));
    this.#places.delete(id);
  }
}

const report = (error: unknown) =>
  console.error("Messages are yet to be removed", error);

const MESSAGES = "message/";

/** Looks at some messages after a key; gives back the last one's key, undefined when there are no more. */
async function removeSome(
  there: WriteTransaction,
  userID: string,
  upTo: number,
  after: string,
): Promise<string | undefined> {
  let [messages, length] = [MESSAGES_PER_STEP, LENGTH_PER_STEP];
  let last = after;
  const entries = there.scan({
    prefix: MESSAGES,
    start: { key: after, exclusive: true },
  }).entries();
  for await (const [key, value] of entries) {
    if (messages-- === 0 || length <= 0) return last;
    last = key;
    const { authorID, seq, content } = value as Message;
    length -= content.length;
    if (authorID === userID && seq <= upTo) await there.del(key);
  }
  return undefined;
}
