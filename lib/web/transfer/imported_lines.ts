// Reads the lines of an import, some at a time, and stores the files that they bring.
import { hash } from "node:crypto";
import { cutText } from "../../chat/graphemes.ts";
import { Refusal } from "../../chat/refusal.ts";
import type { FileFacts } from "../../chat/schema.ts";
import { MAX_VALUE_BYTES } from "../../sync/mod.ts";
import type { FileUses } from "../files/file_uses.ts";
import type { Uploads } from "../files/uploads.ts";
import { bytesOf, type Numbered } from "./import_progress.ts";
import { recordIn, type RoomRecord, whyNot } from "./room_record.ts";

/**
 * Who imports, and into which room. `onFileRead` is awaited before all of a file
 * is read, to see whether its pieces make it; what it throws is thrown on.
 */
type Place = {
  userID: string;
  roomID: string;
  onFileRead: () => Promise<void>;
};
/** Why files of a request can't be had, by their IDs, until more comes of them: to find out costs reads each time. */
type RefusedFiles = Map<string, Refusal>;

/**
 * What one commit takes, so that it fits (C4): records, and bytes of what they
 * become, all of which is in the log as well. Beside it goes what is said of a
 * hundred bad lines.
 */
const RECORDS_PER_COMMIT = 100;
const BYTES_PER_COMMIT = 80_000;

/** Of a file's name in a reason, so that there is room for the rest of it. */
const QUOTED_CHARACTERS = 40;

/** The files are those of who imports, whatever was said of them elsewhere. */
export class ImportedLines {
  constructor(
    private readonly uploads: Uploads,
    private readonly fileUses: FileUses,
  ) {}

  /** Lines as records, as many at a time as go into one commit; their files are stored before. */
  async *prepared(
    lines: readonly string[],
    first: number,
    place: Place,
  ): AsyncGenerator<Numbered[]> {
    const refused: RefusedFiles = new Map();
    let some: Numbered[] = [];
    let bytes = 0;
    for (const [i, text] of lines.entries()) {
      let line = await this.#prepare(first + i, text, place, refused);
      let more = line.record ? bytesOf(line.record, place.userID) : 0;
      if (more > MAX_VALUE_BYTES) [line, more] = [tooLarge(line, more), 0];
      const isFull = bytes + more > BYTES_PER_COMMIT ||
        some.length === RECORDS_PER_COMMIT;
      if (isFull && some.length > 0) {
        yield some;
        [some, bytes] = [[], 0];
      }
      some.push(line);
      bytes += more;
    }
    if (some.length > 0) yield some;
  }

  async #prepare(
    number: number,
    text: string,
    place: Place,
    refused: RefusedFiles,
  ): Promise<Numbered> {
    try {
      const record = recordIn(text);
      const { userID } = place;
      if ("file" in record) {
        refused.delete(record.file.id);
        await this.uploads.begin(userID, record.file);
      } else if ("piece" in record) {
        refused.delete(record.piece.file);
        await this.#store(userID, record.piece);
      } else if ("message" in record && record.message.files.length > 0) {
        return await this.#withFiles(number, record, place, refused);
      }
      return { number, record };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { number, reason: whyNot(error) };
    }
  }

  async #store(
    userID: string,
    { file, bytes }: { file: string; bytes: Uint8Array<ArrayBuffer> },
  ): Promise<void> {
    const name = hash("sha256", bytes);
    await this.uploads.put(userID, file, name, () => Promise.resolve(bytes));
  }

  /** A message with what is stored of its files; those that are not there are left out, with a reason. */
  async #withFiles(
    number: number,
    { message }: Extract<RoomRecord, { message: unknown }>,
    place: Place,
    refused: RefusedFiles,
  ): Promise<Numbered> {
    const files = [];
    let reason: string | undefined;
    for (const { id, name, alt } of message.files) {
      try {
        const known = refused.get(id);
        if (known) throw known;
        const facts = await this.#facts(id, message.id, place);
        files.push({ ...facts, name, ...alt !== undefined && { alt } });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused.set(id, error);
        const quoted = cutText(name, QUOTED_CHARACTERS);
        reason ??= `The file “${quoted}” is not there. ${whyNot(error)}`;
      }
    }
    return { number, record: { message: { ...message, files } }, reason };
  }

  async #facts(
    id: string,
    messageID: string,
    { userID, roomID, onFileRead }: Place,
  ): Promise<FileFacts> {
    const place = { roomID, messageID };
    let facts = await this.fileUses.note(userID, id, place);
    if (facts === undefined) {
      await this.uploads.finish(userID, id, onFileRead);
      facts = await this.fileUses.note(userID, id, place);
    }
    if (facts === "full") {
      throw new Refusal("full", "The room can't take more files.");
    }
    if (facts) return facts;
    throw new Refusal("file-missing", "It has gone meanwhile.");
  }
}

const tooLarge = ({ number }: Numbered, bytes: number): Numbered => ({
  number,
  reason:
    `It takes ${bytes} bytes with its files and reactions, of ${MAX_VALUE_BYTES} at most.`,
});
