// Uploads: files come in pieces, each checked by its hash, and are whole once all of it is.
import { hash } from "node:crypto";
import * as v from "@badrap/valita";
import { Hash, PIECE_BYTES, piecesOf } from "../../chat/files.ts";
import { Refusal } from "../../chat/refusal.ts";
import { type FileFacts, valid } from "../../chat/schema.ts";
import { commitOrUnavailable } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import {
  addUsage,
  attempted,
  deletePieces,
  discardFile,
  discardUnused,
  factsOf,
  fileKeys,
  fits,
  hashAt,
  orUnavailable,
  pieceCount,
  type StoredFile,
  type Usage,
} from "./file_store.ts";
import { PieceWriter } from "./piece_writer.ts";
import { ComingFiles } from "./whole_file.ts";
import { HEAD_BYTES, typeOf } from "../../chat/file_type.ts";

/** How much there may be of files: bytes of one, and of all of a person or in a room. */
export type FileLimits = { maxBytes: number; person: Usage; room: Usage };

const MAX_KNOWN = 100; // uploads under way, of 14 kB each; 56 kB for a file of 100 MB

const NewUpload = v.object({
  id: Hash,
  size: v.number().assert(
    (n) => Number.isSafeInteger(n) && n >= 0,
    "This is not a number of bytes.",
  ),
  pieces: v.array(Hash),
});

/** How many pieces are being read while one is used. */
const PIECES_AHEAD = 2;
/** What it takes to read a file piece by piece, in bytes of memory, */
export const READ_BYTES = (1 + PIECES_AHEAD) * PIECE_BYTES;
/** and to end an upload, which looks at the file's beginning. */
export const FINISH_BYTES = HEAD_BYTES + READ_BYTES;

/** How an upload stands: which pieces are to be sent, and the file once it is whole. */
export type UploadState = { missing: string[]; file?: FileFacts };

export class Uploads {
  readonly #pieces: PieceWriter;
  /** Of which a piece was stored: the commit of the next one finds out whether it has changed. */
  readonly #known = new Map<string, Deno.KvEntry<StoredFile>>();
  readonly #coming = new ComingFiles();

  constructor(
    private readonly kv: Deno.Kv,
    private readonly limits: FileLimits,
    sync: Pick<ChatSync, "follow">,
  ) {
    this.#pieces = new PieceWriter(kv, sync);
  }

  /**
   * Begins an upload, or goes on with it: what is there stays for another day.
   * Throws a refusal: `bad-args`, `too-large`, `wrong-length` for one that is
   * there, `full` when the person has too many files.
   */
  async begin(userID: string, input: unknown): Promise<UploadState> {
    const { id, ...wanted } = valid(NewUpload, input);
    const { maxBytes } = this.limits;
    if (wanted.size > maxBytes) {
      const message = `A file has at most ${maxBytes / 1e6} MB here.`;
      throw new Refusal("too-large", message);
    }
    if (wanted.pieces.length !== piecesOf(wanted.size)) {
      const message = `pieces: Give the hash of every ${PIECE_BYTES} bytes.`;
      throw new Refusal("bad-args", message);
    }
    const pieces = Uint8Array.fromHex(wanted.pieces.join(""));
    return await attempted(async () => {
      const key = fileKeys.file(userID, id);
      const [known, usage] = await orUnavailable(
        this.kv.getMany<[StoredFile, Usage]>(
          [key, fileKeys.usage("person", userID)],
        ),
      );
      const old = known.value;
      if (old?.found && old.size !== wanted.size) {
        throw new Refusal("wrong-length", `That file has ${old.size} bytes.`);
      }
      const isSame = old?.size === wanted.size &&
        (old.found || equal(old.pieces, pieces));
      const file: StoredFile = isSame
        ? { ...old, confirmedAt: Date.now() }
        : newUpload(wanted.size, pieces);
      const atomic = this.kv.atomic().check(known).set(key, file);
      if (!isSame) {
        const more = {
          bytes: wanted.size - (old?.size ?? 0),
          files: old ? 0 : 1,
        };
        assertBelow(usage.value, more, this.limits.person);
        addUsage(atomic, usage, more);
        if (old) atomic.set(fileKeys.discarded(old.upload), 0);
      }
      if (!await commitOrUnavailable(atomic)) return null;
      if (old && !isSame) await deletePieces(this.kv, old.upload);
      return { value: await this.#stateOf(id, file) };
    });
  }

  async #stateOf(fileID: string, file: StoredFile): Promise<UploadState> {
    if (file.found) return { missing: [], file: factsOf(fileID, file) };
    return { missing: [...await this.#missing(file)] };
  }

  /** The hashes of the pieces that are not there; no piece is read for it. */
  async #missing(file: StoredFile): Promise<Set<string>> {
    const missing = new Set<string>();
    for (let i = 0; i < pieceCount(file); i++) {
      missing.add(hashAt(file, i).toHex());
    }
    const prefix = fileKeys.receivedOf(file.upload);
    const received = await orUnavailable(
      Array.fromAsync(this.kv.list({ prefix }, { batchSize: 500 })),
    );
    for (const { key } of received) {
      missing.delete((key[2] as Uint8Array).toHex());
    }
    return missing;
  }

  /**
   * Stores a piece that `read` brings, unless the file is whole already. Throws
   * a refusal: `not-found` for an upload that was not begun, or of which this is
   * no piece, `wrong-length`, `wrong-hash`.
   */
  async put(
    userID: string,
    fileID: string,
    name: string,
    read: () => Promise<Uint8Array>,
  ): Promise<void> {
    const id = nameOf(userID, fileID);
    let bytes: Uint8Array | undefined;
    await attempted(async () => {
      const known = this.#known.get(id);
      const file = known ?? await this.#get(userID, fileID);
      if (file.value.found) return { value: undefined };
      const refuse = (refusal: Refusal) => {
        if (!known) throw refusal;
        this.#known.delete(id); // it may have been begun anew elsewhere
        return null;
      };
      const length = Hash.try(name).ok &&
        lengthOf(file.value, Uint8Array.fromHex(name));
      if (!length) {
        const message = "The upload has no such piece.";
        return refuse(new Refusal("not-found", message));
      }
      bytes ??= await read();
      if (bytes.length !== length) {
        const message = `This piece has ${length} bytes.`;
        return refuse(new Refusal("wrong-length", message));
      }
      if (hash("sha256", bytes) !== name) {
        throw new Refusal("wrong-hash", "The piece has another hash.");
      }
      const key = Uint8Array.fromHex(name);
      const isStored = await this.#pieces.store(file, key, bytes);
      if (isStored) {
        this.#remember(id, file);
        this.#coming.add(id, file.value, name, bytes);
      } else this.#known.delete(id);
      return isStored ? { value: undefined } : null;
    });
  }

  #remember(id: string, file: Deno.KvEntry<StoredFile>): void {
    this.#known.delete(id);
    this.#known.set(id, file);
    if (this.#known.size <= MAX_KNOWN) return;
    this.#known.delete(this.#known.keys().next().value!);
  }

  /**
   * Checks that all of a file is there, and finds out what it is. Before it
   * reads what it has not seen coming, which it does only then, it awaits
   * `onRead`, and throws what that throws. Throws a refusal: `not-found`, `incomplete` while pieces
   * are missing; `wrong-length` and `wrong-hash` for what is not the file that
   * was begun, which goes.
   */
  async finish(
    userID: string,
    fileID: string,
    onRead: () => Promise<void> = () => Promise.resolve(),
  ): Promise<FileFacts> {
    let checked: { upload: string; found: StoredFile["found"] } | undefined;
    return await attempted(async () => {
      const file = await this.#get(userID, fileID);
      const { upload } = file.value;
      if (file.value.found) return { value: factsOf(fileID, file.value) };
      if (checked?.upload !== upload) {
        if ((await this.#missing(file.value)).size > 0) throw incomplete();
        await onRead();
        const found = await this.#check(userID, fileID, file);
        checked = { upload, found };
      }
      const { found } = checked;
      const whole = { ...file.value, found, confirmedAt: Date.now() };
      const isStored = await commitOrUnavailable(
        this.kv.atomic().check(file).set(file.key, whole),
      );
      return isStored ? { value: factsOf(fileID, whole) } : null;
    });
  }

  async #check(
    userID: string,
    fileID: string,
    file: Deno.KvEntry<StoredFile>,
  ): Promise<StoredFile["found"]> {
    const whole = this.#coming.take(nameOf(userID, fileID), file.value);
    for await (const piece of piecesFrom(this.kv, file.value, whole.next)) {
      whole.add(piece);
    }
    if (whole.length !== file.value.size) {
      return await this.#refuse(file, "wrong-length");
    }
    if (whole.digest() !== fileID) {
      return await this.#refuse(file, "wrong-hash");
    }
    return typeOf(whole.head);
  }

  async #refuse(
    file: Deno.KvEntry<StoredFile>,
    code: "wrong-length" | "wrong-hash",
  ): Promise<never> {
    await discardFile(this.kv, file);
    throw new Refusal(code, "These pieces make another file.");
  }

  /** Takes a file back that no message has. Throws a `not-found` refusal. */
  async cancel(userID: string, fileID: string): Promise<void> {
    await discardUnused(this.kv, await this.#get(userID, fileID));
  }

  async #get(
    userID: string,
    fileID: string,
  ): Promise<Deno.KvEntry<StoredFile>> {
    if (Hash.try(fileID).ok) {
      const key = fileKeys.file(userID, fileID);
      const file = await orUnavailable(this.kv.get<StoredFile>(key));
      if (file.versionstamp !== null) return file;
    }
    throw new Refusal("not-found", "There is no such upload.");
  }
}

const nameOf = (userID: string, fileID: string) => `${userID} ${fileID}`;

const equal = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

const newUpload = (size: number, pieces: Uint8Array): StoredFile => ({
  upload: crypto.randomUUID(),
  size,
  pieces,
  confirmedAt: Date.now(),
});

/** The length of the piece of that hash, in bytes; undefined when the file has none such. */
function lengthOf(file: StoredFile, hash: Uint8Array): number | undefined {
  const last = pieceCount(file) - 1;
  for (let i = 0; i <= last; i++) {
    if (!equal(hashAt(file, i), hash)) continue;
    return i < last ? PIECE_BYTES : file.size - last * PIECE_BYTES;
  }
}

/** Throws a `full` refusal unless so much more is within a person's limit. */
function assertBelow(
  usage: Usage | null,
  more: Usage,
  limit: Usage,
): void {
  if (fits(usage, more, limit)) return;
  throw new Refusal(
    "full",
    `Your files have ${
      limit.bytes / 1e6
    } MB at most, and are ${limit.files} at most. What you delete makes room after a day.`,
  );
}

/**
 * The pieces of a file from number `first` on, in order. Throws an `incomplete`
 * refusal at one that is not there.
 */
export async function* piecesFrom(
  kv: Deno.Kv,
  file: StoredFile,
  first = 0,
): AsyncGenerator<Uint8Array> {
  const reads: Promise<Deno.KvEntryMaybe<Uint8Array>>[] = [];
  for (let i = first; i < pieceCount(file) || reads.length > 0; i++) {
    if (i < pieceCount(file)) {
      const key = fileKeys.piece(file.upload, hashAt(file, i));
      const read = kv.get<Uint8Array>(key);
      read.catch(() => {}); // nobody may ask for it any more
      reads.push(read);
      if (reads.length <= PIECES_AHEAD) continue;
    }
    const { value } = await orUnavailable(reads.shift()!);
    if (!value) throw incomplete();
    yield value;
  }
}

const incomplete = () =>
  new Refusal("incomplete", "Pieces of this file are missing.");
