// Who may have a copy of a message: stored before the copy is, so that whoever changes the message finds all of them.
import { isDirect, userSpace } from "../../chat/spaces.ts";
import { commitOrUnavailable, outdated } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";

/** `["messageHolder", roomID, messageID, userID]`. Of direct messages all who are in them may have copies, and nobody is stored. */
const HOLDERS = "messageHolder";

const KEYS_PER_COMMIT = 200;
const DELETIONS_PER_COMMIT = 50; // KV is free for others in between
const NOTES_AT_ONCE = 100;

/** All but `forget` throw when the lease of `term` has been another's meanwhile. */
export class Holders {
  constructor(private readonly kv: Deno.Kv) {}

  /** The userIDs of those who may have copies of a message. */
  async of(roomID: string, messageID: string): Promise<string[]> {
    const prefix = [HOLDERS, roomID, messageID];
    const found = await Array.fromAsync(this.kv.list({ prefix }));
    return found.map(({ key }) => key.at(-1) as string);
  }

  async add(
    roomID: string,
    all: readonly { userID: string; messageID: string }[],
    term: Deno.AtomicCheck,
  ): Promise<void> {
    if (isDirect(roomID)) return;
    for (let i = 0; i < all.length; i += KEYS_PER_COMMIT) {
      const atomic = this.kv.atomic().check(term);
      for (const { userID, messageID } of all.slice(i, i + KEYS_PER_COMMIT)) {
        atomic.set([HOLDERS, roomID, messageID, userID], true);
      }
      await commitInTerm(atomic);
    }
  }

  /** Of some messages of which a person has no copy any more. */
  async delete(
    roomID: string,
    messageIDs: readonly string[],
    userID: string,
    term: Deno.AtomicCheck,
  ): Promise<void> {
    if (messageIDs.length === 0 || isDirect(roomID)) return;
    const atomic = this.kv.atomic().check(term);
    for (const messageID of messageIDs) {
      atomic.delete([HOLDERS, roomID, messageID, userID]);
    }
    await commitInTerm(atomic);
  }

  /**
   * Takes a person out whose space is about to be erased, and into which nothing
   * comes any more: as who has the copies in it, and those that have left it,
   * which only notes tell that go with it. They are read after the copies: one
   * that leaves meanwhile is in one or the other. It can be done again.
   */
  async forget(
    sync: Pick<ChatSync, "scan" | "notes">,
    userID: string,
  ): Promise<void> {
    const holderOf = (key: string): Deno.KvKey[] => {
      const [kind, roomID, messageID] = key.split("/");
      const isNoted = ["inbox", "saved"].includes(kind) && !isDirect(roomID);
      return isNoted ? [[HOLDERS, roomID, messageID, userID]] : [];
    };
    const copies = await keysOfCopies(sync, userID);
    await this.#deleteAll(copies.flatMap(holderOf));
    for (;;) {
      const notes = await Array.fromAsync(
        sync.notes(NOTES_AT_ONCE, { of: userSpace(userID) }),
      );
      if (notes.length === 0) return;
      const told = notes.flatMap(({ changes }) => changes)
        .flatMap(({ key }) => holderOf(key));
      // The notes last: after a crash they tell again.
      await this.#deleteAll([...told, ...notes.map(({ key }) => key)]);
    }
  }

  async #deleteAll(keys: readonly Deno.KvKey[]): Promise<void> {
    for (let i = 0; i < keys.length; i += DELETIONS_PER_COMMIT) {
      const atomic = this.kv.atomic();
      for (const key of keys.slice(i, i + DELETIONS_PER_COMMIT)) {
        atomic.delete(key);
      }
      await commitOrUnavailable(atomic);
    }
  }
}

/** The keys of all copies of messages in a person's space. */
export async function keysOfCopies(
  sync: Pick<ChatSync, "scan">,
  userID: string,
): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of ["inbox/", "saved/"]) {
    for await (const { key } of sync.scan(userSpace(userID), prefix)) {
      keys.push(key);
    }
  }
  return keys;
}

async function commitInTerm(atomic: Deno.AtomicOperation): Promise<void> {
  if (!await commitOrUnavailable(atomic)) throw outdated();
}
