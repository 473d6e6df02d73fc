// Imports a room from the lines of an export, chunk by chunk, into a room that nobody sees before the last line is in.
import { hash } from "node:crypto";
import { ulid } from "@std/ulid";
import * as v from "@badrap/valita";
import { Refusal } from "../../chat/refusal.ts";
import { type Room, valid } from "../../chat/schema.ts";
import { DIRECTORY, roomSpace, userSpace } from "../../chat/spaces.ts";
import { MAX_CHUNK_LINES, MAX_LINE } from "../../chat/transfer/room_lines.ts";
import type { Chore } from "../../sync/mod.ts";
import { assertPerson } from "../auth/access.ts";
import type { ChatSync } from "../chat/domain.ts";
import { userOf } from "../chat/profile.ts";
import { openRoom } from "../chat/rooms.ts";
import { attempted } from "../files/file_store.ts";
import type { FileUses } from "../files/file_uses.ts";
import type { Uploads } from "../files/uploads.ts";
import {
  name as nameLine,
  type Numbered,
  type Progress,
  start,
  take,
} from "./import_progress.ts";
import {
  type Done,
  ImportRecords,
  noSuchImport,
  type Outcome,
  outcomeOf,
  type UnderWay,
} from "./import_records.ts";
import { ImportedLines } from "./imported_lines.ts";

/** How an import stands: `open` takes lines behind `line`, `refused` has left nothing. */
export type ImportState = Outcome & {
  id: string;
  state: "open" | "done" | "refused";
  roomID: string;
  line: number;
};

/** An hour less than a file stays that no message has yet. */
const MAX_REST_MS = 23 * 3_600_000;
const DONE_FOR_MS = 7 * 24 * 3_600_000;

const NewImport = v.object({
  source: v.string().assert(
    ({ length }) => length >= 1 && length <= 1_000,
    "Give 1–1,000 characters that tell the file from others.",
  ),
  visibility: v.union(v.literal("public"), v.literal("private")),
  skip: v.boolean(),
});
const NewChunk = v.object({
  line: v.number().assert(
    (n) => Number.isSafeInteger(n) && n >= 1,
    "This is no number of a line.",
  ),
  lines: v.array(v.string().map((line) => line.slice(0, MAX_LINE + 1))).assert(
    ({ length }) => length <= MAX_CHUNK_LINES,
    `These are more than ${MAX_CHUNK_LINES}.`,
  ),
  last: v.boolean(),
});

/**
 * A chunk goes in by commits, each of which also says in the same atomic
 * operation how far the import is. So whatever is sent again, and by however
 * many at once, each line is taken once.
 */
export class Imports {
  readonly #lines: ImportedLines;
  readonly #records: ImportRecords;

  constructor(
    kv: Deno.Kv,
    private readonly sync: ChatSync,
    uploads: Uploads,
    fileUses: FileUses,
  ) {
    this.#records = new ImportRecords(kv);
    this.#lines = new ImportedLines(uploads, fileUses);
  }

  /**
   * Begins an import of a person's, or says how it stands: one with other wishes
   * begins anew. Throws a refusal: `bad-args`, `full` while five are under way,
   * `not-allowed` for a person who is gone.
   */
  async begin(userID: string, input: unknown): Promise<ImportState> {
    const { source, visibility, skip } = valid(NewImport, input);
    const id = hash("sha256", source);
    return await attempted(async () => {
      const done = await this.#done(userID, id);
      if (done) return { value: done };
      const before = await this.#records.underWay(userID, id);
      if (before.value && (before.value.over || before.value.skip !== skip)) {
        await this.#discard(userID, id, before.value.roomID);
        return null; // begun anew
      }
      const roomID = before.value?.roomID ?? ulid();
      const wish = { roomID, visibility, skip, at: Date.now() };
      const underWay: UnderWay = { ...before.value, ...wish };
      const isSet = before.value
        ? await this.#records.replace(before, underWay)
        : await this.#records.add(before, underWay);
      if (!isSet) return null;
      const value = await this.#open(userID, id, underWay);
      return value && { value };
    });
  }

  /** Null when the import has been given up meanwhile, and nothing is left of it. */
  async #open(
    userID: string,
    id: string,
    underWay: UnderWay,
  ): Promise<ImportState | null> {
    const { roomID } = underWay;
    const progress = await this.sync.write(
      [roomSpace(roomID), userSpace(userID)],
      async (there, own) => {
        await assertPerson(own);
        if (await there.has("room")) return null; // and then it died
        const known = await there.get("import") as Progress | undefined;
        if (!known) await there.set("import", start);
        return known ?? start;
      },
    );
    if (!progress) return await this.#opened(userID, id, roomID);
    const now = await this.#records.underWay(userID, id);
    if (now.value?.roomID === roomID && !now.value.over) {
      return stateOf(id, "open", underWay, progress);
    }
    // What gave it up may have taken it out before that was set.
    await this.#takeOut(roomID);
    return null;
  }

  /**
   * Takes lines of an import: `line` is the number of the first, and those that
   * are in already are left out; `last` says that there are no more behind them.
   * Then the room is there, or, where a line was bad and none may be, nothing is.
   * `onFileRead` is awaited before all of a file is read; when it throws, that is
   * thrown on, and the same can be sent again. Throws a refusal: `bad-args`, `not-found`, `incomplete` for lines behind some
   * that have not come, `not-allowed` for a person who is gone or in too many rooms.
   */
  async add(
    userID: string,
    id: string,
    input: unknown,
    onFileRead: () => Promise<void> = () => Promise.resolve(),
  ): Promise<ImportState> {
    const { line, lines, last } = valid(NewChunk, input);
    const done = await this.#done(userID, id);
    if (done) return done;
    const known = await this.#records.underWay(userID, id);
    const underWay = known.value;
    if (!underWay || underWay.over) throw noSuchImport();
    const { roomID } = underWay;
    let progress = await this.#progress(roomID);
    if (!progress) return await this.#opened(userID, id, roomID);
    if (line > progress.line + 1) throw outOfTurn(progress);
    // Where it is another by now, another request has done this, or it is over.
    await this.#records.replace(known, { ...underWay, at: Date.now() });
    const behind = lines.slice(Math.max(0, progress.line + 1 - line));
    const first = Math.max(line, progress.line + 1);
    const place = { userID, roomID, onFileRead };
    for await (const some of this.#lines.prepared(behind, first, place)) {
      progress = await this.#take(userID, underWay, some);
      if (!progress) return await this.#opened(userID, id, roomID);
    }
    if (last) return await this.#end(userID, id, underWay, progress);
    return stateOf(id, "open", underWay, progress);
  }

  /** Gives an import up that is under way: nothing of it is left. Throws a `not-found` refusal. */
  async cancel(userID: string, id: string): Promise<void> {
    const { value } = await this.#records.underWay(userID, id);
    if (!value) throw noSuchImport();
    await this.#discard(userID, id, value.roomID);
  }

  /** What is to be looked at in the background: imports that rest for too long, notes of those that are done, and what a deleted account has left of both. */
  chores(): Chore[] {
    return [
      {
        name: "imports",
        prefix: ImportRecords.prefixes.underWay,
        handle: async ({ key, value }, now) => {
          const [, userID, id] = key as string[];
          const { at, roomID } = value as UnderWay;
          const isYoung = now - at <= MAX_REST_MS;
          if (isYoung && await userOf(this.sync, userID)) return;
          await this.#discard(userID, id, roomID);
        },
      },
      {
        name: "imported",
        prefix: ImportRecords.prefixes.done,
        handle: async (done, now) => {
          const isYoung = now - (done.value as Done).at <= DONE_FOR_MS;
          if (isYoung && await userOf(this.sync, done.key[1] as string)) return;
          await this.#records.forget(done as Deno.KvEntry<Done>);
        },
      },
    ];
  }

  /** One whose room has been deleted since can be done again. */
  async #done(userID: string, id: string): Promise<ImportState | undefined> {
    const value = await this.#records.done(userID, id);
    if (!value) return undefined;
    const { at: _, roomID, ...outcome } = value;
    const [room] = await this.sync.get(roomSpace(roomID), "room");
    if (room) return { id, ...outcome, state: "done", roomID, line: 0 };
  }

  /** Undefined when the room is there already; throws `not-found` for one that has been given up meanwhile. */
  async #progress(roomID: string): Promise<Progress | undefined> {
    const space = roomSpace(roomID);
    const [room, progress] = await this.sync.get(space, "room", "import");
    if (room) return undefined;
    if (progress) return progress as Progress;
    throw noSuchImport();
  }

  /** Undefined when another request has ended the import meanwhile. */
  async #take(
    userID: string,
    { roomID, skip }: UnderWay,
    some: Numbered[],
  ): Promise<Progress | undefined> {
    return await this.sync.write(
      [roomSpace(roomID), userSpace(userID)],
      async (there, own) => {
        await assertPerson(own);
        if (await there.has("room")) return undefined;
        const known = await there.get("import") as Progress | undefined;
        if (!known) throw noSuchImport();
        // Read together, not one after the other.
        await Promise.all(
          some.map(({ record }) =>
            record && "message" in record &&
            there.has(`message/${record.message.id}`)
          ),
        );
        let progress = known;
        for (const line of some) {
          if (line.number !== progress.line + 1) continue; // another request's
          progress = await take(there, progress, line, { skip, by: userID });
        }
        await there.set("import", progress);
        return progress;
      },
    );
  }

  /** Behind the last line. */
  async #end(
    userID: string,
    id: string,
    underWay: UnderWay,
    progress: Progress,
  ): Promise<ImportState> {
    const { roomID, skip } = underWay;
    const { head, ended, line } = progress;
    const end = ended
      ? progress
      : nameLine(progress, line + 1, "The end is missing: this is not all.");
    if (head && (end.badCount === 0 || skip)) {
      return await this.#finish(userID, id, underWay, { ...end, head });
    }
    await this.#discard(userID, id, roomID);
    return { id, ...outcomeOf(end), state: "refused", roomID, line };
  }

  /** Notes what comes of it, opens the room, and then notes that it is done, unless another request has. */
  async #finish(
    userID: string,
    id: string,
    { roomID, visibility }: UnderWay,
    end: Progress & Required<Pick<Progress, "head">>,
  ): Promise<ImportState> {
    await this.#noteOutcome(userID, id, roomID, end);
    const room: Room = {
      ...{ id: roomID, ...end.head, visibility, createdBy: userID },
      messageCount: end.messages,
    };
    await this.sync.write(
      [roomSpace(roomID), userSpace(userID), DIRECTORY],
      async (there, own, directory) => {
        if (await there.has("room")) return;
        const now = await there.get("import") as Progress | undefined;
        if (!now) throw noSuchImport();
        if (now.line !== end.line) throw outOfTurn(now);
        await openRoom(room, there, own, directory);
        await there.del("import");
        // They know what it is: nothing of it is new to them.
        await own.set(`read/${roomID}`, { seq: end.messages });
      },
    );
    return { ...await this.#opened(userID, id, roomID), line: end.line };
  }

  /** Unless the room is there already, or more lines are: what they come to is not to be written over. */
  async #noteOutcome(
    userID: string,
    id: string,
    roomID: string,
    end: Progress,
  ): Promise<void> {
    const outcome = outcomeOf(end);
    await attempted(async () => {
      const before = await this.#records.underWay(userID, id);
      const now = await this.#progress(roomID);
      if (!now || before.value?.roomID !== roomID) return { value: undefined };
      if (now.line !== end.line) throw outOfTurn(now);
      const noted = { ...before.value, outcome };
      const isNoted = await this.#records.replace(before, noted);
      return isNoted ? { value: undefined } : null;
    });
  }

  /** What came of an import whose room is there; notes that it is done. */
  async #opened(
    userID: string,
    id: string,
    roomID: string,
  ): Promise<ImportState> {
    return await attempted(async () => {
      const before = await this.#records.underWay(userID, id);
      if (before.value?.roomID !== roomID) {
        const value = await this.#done(userID, id);
        if (!value) throw noSuchImport();
        return { value };
      }
      const outcome = before.value.outcome ?? await this.#unnoted(roomID);
      const done: Done = { roomID, at: Date.now(), ...outcome };
      const state = { id, ...outcome, state: "done" as const, roomID, line: 0 };
      return await this.#records.end(before, done) ? { value: state } : null;
    });
  }

  /** What can be told of an import whose room the last release has opened. */
  async #unnoted(roomID: string): Promise<Outcome> {
    const [room] = await this.sync.get(roomSpace(roomID), "room");
    const messages = (room as Room | undefined)?.messageCount ?? 0;
    return { messages, bad: [], badCount: 0 };
  }

  /**
   * Takes out what an import has brought, and then that it was under way; one
   * whose room is there is done. That it is over is noted first: who begins it
   * again, after a crash or meanwhile, takes out the rest and begins anew.
   */
  async #discard(userID: string, id: string, roomID: string): Promise<void> {
    await attempted(async () => {
      const before = await this.#records.underWay(userID, id);
      if (before.value?.roomID !== roomID) return { value: undefined };
      if (!before.value.over) {
        await this.#records.replace(before, { ...before.value, over: true });
        return null;
      }
      if (!await this.#takeOut(roomID)) {
        await this.#opened(userID, id, roomID);
        return { value: undefined };
      }
      return await this.#records.end(before) ? { value: undefined } : null;
    });
  }

  /** False, and nothing is taken out, when the room is there. */
  async #takeOut(roomID: string): Promise<boolean> {
    const space = roomSpace(roomID);
    const isLeft = await this.sync.write([space], async (there) => {
      if (await there.has("room")) return false;
      await there.del("import"); // from here on none of its lines is taken
      return true;
    });
    if (isLeft) await this.sync.erase(space);
    return isLeft;
  }
}

const stateOf = (
  id: string,
  state: ImportState["state"],
  { roomID }: UnderWay,
  progress: Progress,
): ImportState => ({
  ...{ id, state, roomID, line: progress.line },
  ...outcomeOf(progress),
});

const outOfTurn = ({ line }: Progress) =>
  new Refusal("incomplete", `Line ${line + 1} is the next one.`);
