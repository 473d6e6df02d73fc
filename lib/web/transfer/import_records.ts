// What is stored of imports beside their rooms: those that are under way, and what came of those that are done.
import { Refusal } from "../../chat/refusal.ts";
import { ID, type Room } from "../../chat/schema.ts";
import { commitOrUnavailable } from "../../sync/mod.ts";
import { orUnavailable } from "../files/file_store.ts";
import type { BadLine, Progress } from "./import_progress.ts";

/** What came of an import, or has so far. */
export type Outcome = { messages: number; bad: BadLine[]; badCount: number };

export const outcomeOf = ({ messages, bad, badCount }: Progress): Outcome => ({
  messages,
  bad,
  badCount,
});

/** `["import", userID, importID]`: one that is under way; how far it is, is in its room's space. */
export type UnderWay = {
  roomID: string;
  visibility: Room["visibility"];
  /** Whether bad lines are left out; else one keeps all others out. */
  skip: boolean;
  /** When a line of it came last, in milliseconds since 1970. */
  at: number;
  /** It is being taken out: no line is taken any more, and it is not gone on with. */
  over?: true;
  /** What comes of it, noted before its room opens: whoever finds that open can tell. */
  outcome?: Outcome;
};

/** `["imported", userID, importID]`: one that is done, for a week, so that asking again does not do it again. */
export type Done = Outcome & { roomID: string; at: number };

const keys = {
  underWay: (userID: string, id: string) => ["import", userID, id],
  underWayOf: (userID: string) => ["import", userID],
  allUnderWay: () => ["import"],
  /** Changes with each import of a person's that begins, and is gone with each that ends: what was counted meanwhile does not count. */
  begun: (userID: string) => ["importBegun", userID],
  done: (userID: string, id: string) => ["imported", userID, id],
  doneOf: (userID: string) => ["imported", userID],
  allDone: () => ["imported"],
};

/** Of a person: each holds what it has taken in so far. */
const MAX_UNDER_WAY = 5;

/** All of a person's. */
export async function* importsOf(
  kv: Deno.Kv,
  userID: string,
): AsyncGenerator<UnderWay | Done> {
  for (const prefix of [keys.underWayOf(userID), keys.doneOf(userID)]) {
    const all = kv.list<UnderWay | Done>({ prefix }, { batchSize: 10 });
    for await (const { value } of all) yield value;
  }
}

/** Each change is one commit that checks what it was worked out on; all throw an `unavailable` error. */
export class ImportRecords {
  static readonly prefixes = {
    underWay: keys.allUnderWay(),
    done: keys.allDone(),
  };

  constructor(private readonly kv: Deno.Kv) {}

  /** Throws a `not-found` refusal for an ID that is none. */
  underWay(
    userID: string,
    id: string,
  ): Promise<Deno.KvEntryMaybe<UnderWay>> {
    if (!ID.try(id).ok) throw noSuchImport(); // no key
    return orUnavailable(this.kv.get<UnderWay>(keys.underWay(userID, id)));
  }

  async done(userID: string, id: string): Promise<Done | undefined> {
    if (!ID.try(id).ok) return undefined; // no key
    const key = keys.done(userID, id);
    const { value } = await orUnavailable(this.kv.get<Done>(key));
    return value ?? undefined;
  }

  /** Adds an import that is not there; false when another was faster. Throws a `full` refusal while five are under way. */
  async add(
    { key, versionstamp }: Deno.KvEntryMaybe<UnderWay>,
    value: UnderWay,
  ): Promise<boolean> {
    const userID = key[1] as string;
    // Read first: one that begins while they are counted makes the commit fail.
    const begun = await orUnavailable(this.kv.get(keys.begun(userID)));
    const prefix = keys.underWayOf(userID);
    const some = await orUnavailable(
      Array.fromAsync(this.kv.list({ prefix }, { limit: MAX_UNDER_WAY })),
    );
    if (some.length === MAX_UNDER_WAY) throw tooMany();
    return await commitOrUnavailable(
      this.kv.atomic().check({ key, versionstamp }).check(begun)
        .set(key, value).set(begun.key, 0),
    );
  }

  /** False, and nothing is changed, when it is another by now. */
  replace(
    before: Deno.KvEntryMaybe<UnderWay>,
    value: UnderWay,
  ): Promise<boolean> {
    return commitOrUnavailable(
      this.kv.atomic().check(before).set(before.key, value),
    );
  }

  /** Takes out that an import is under way, and notes that it is done where it is. False, and nothing is changed, when it is another by now. */
  end(
    before: Deno.KvEntryMaybe<UnderWay>,
    done?: Done,
  ): Promise<boolean> {
    const [, userID, id] = before.key as string[];
    const atomic = this.kv.atomic().check(before).delete(before.key)
      .delete(keys.begun(userID));
    if (done) atomic.set(keys.done(userID, id), done);
    return commitOrUnavailable(atomic);
  }

  /** Takes out that an import is done, as it was read. */
  async forget(done: Deno.KvEntry<Done>): Promise<void> {
    await commitOrUnavailable(this.kv.atomic().check(done).delete(done.key));
  }
}

const tooMany = () =>
  new Refusal(
    "full",
    `You have ${MAX_UNDER_WAY} imports under way: go on with one of them, or wait for a day.`,
  );

export const noSuchImport = () =>
  new Refusal("not-found", "There is no such import under way.");
