// Looks at a file from its beginning on while its pieces come, so that most need not be read again to be ended.
import { createHash } from "node:crypto";
import { HEAD_BYTES } from "../../chat/file_type.ts";
import { hashAt, type StoredFile } from "./file_store.ts";

/** What has been seen of a file, from its beginning on: all that it takes to say what it is. */
export class WholeFile {
  readonly #hash = createHash("sha256");
  readonly #head: Uint8Array;
  #length = 0;
  #pieces = 0;

  constructor({ size }: StoredFile) {
    this.#head = new Uint8Array(Math.min(size, HEAD_BYTES));
  }

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** The number of the piece that comes next. */
  get next(): number {
    return this.#pieces;
  }

  get head(): Uint8Array {
    return this.#head;
  }

  add(piece: Uint8Array): void {
    this.#hash.update(piece);
    const room = this.#head.length - this.#length;
    if (room > 0) this.#head.set(piece.subarray(0, room), this.#length);
    this.#length += piece.length;
    this.#pieces++;
  }

  /** The hash in hex, of all; nothing may be added then. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}

type Coming = {
  file: StoredFile;
  whole: WholeFile;
  /** Pieces that have come before one in front of them, by their hashes. */
  early: Map<string, Uint8Array>;
};

/** A piece that comes before one in front of it is held, up to so many bytes of all files. */
const MAX_EARLY_BYTES = 4_000_000;
const MAX_FILES = 32; // of 256 KiB each, and what is early

/** The files that are being uploaded to this process. What it has not seen of one is read when it is ended. */
export class ComingFiles {
  /** By person and file; the one used last comes last. */
  readonly #files = new Map<string, Coming>();
  #earlyBytes = 0;

  /** Takes note of a piece that was stored; `hash` is in hex. */
  add(id: string, file: StoredFile, hash: string, bytes: Uint8Array): void {
    let known = this.#files.get(id);
    if (known?.file.upload !== file.upload) known = this.#begin(id, file);
    this.#files.delete(id);
    this.#files.set(id, known);
    if (known.early.has(hash)) return;
    this.#earlyBytes += bytes.length;
    known.early.set(hash, bytes);
    for (;;) {
      const next = hashAt(file, known.whole.next).toHex();
      const piece = known.early.get(next);
      if (!piece) break;
      // One that stands in several places is read again for the others.
      known.early.delete(next);
      this.#earlyBytes -= piece.length;
      known.whole.add(piece);
    }
    if (this.#earlyBytes > MAX_EARLY_BYTES) this.#forgetEarly(known);
  }

  /** What was seen of a file, which is forgotten: at worst nothing. */
  take(id: string, file: StoredFile): WholeFile {
    const known = this.#files.get(id);
    this.#forget(id);
    return known?.file.upload === file.upload
      ? known.whole
      : new WholeFile(file);
  }

  #begin(id: string, file: StoredFile): Coming {
    this.#forget(id);
    const oldest = this.#files.keys().next().value;
    if (this.#files.size >= MAX_FILES) this.#forget(oldest!);
    return { file, whole: new WholeFile(file), early: new Map() };
  }

  #forget(id: string): void {
    const known = this.#files.get(id);
    if (known) this.#forgetEarly(known);
    this.#files.delete(id);
  }

  #forgetEarly({ early }: Coming): void {
    for (const { length } of early.values()) this.#earlyBytes -= length;
    early.clear();
  }
}
