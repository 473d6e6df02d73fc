// Stores pieces of files: those that come while a commit is under way go into the next one together.
import { coalesce, commitOrUnavailable } from "../../sync/mod.ts";
import { fileKeys, type StoredFile } from "./file_store.ts";

const PIECES_PER_COMMIT = 4; // 230 kB, 2 ms: so long do others wait

type WaitingPiece = {
  file: Deno.KvEntry<StoredFile>;
  hash: Uint8Array;
  bytes: Uint8Array;
  stored: PromiseWithResolvers<boolean>;
};

/** Makes one commit at a time, so that pushes are not behind many pieces. */
export class PieceWriter {
  readonly #waiting: WaitingPiece[] = [];
  readonly #writeAll = coalesce(async () => {
    while (this.#waiting.length > 0) {
      await this.#write(this.#waiting.splice(0, PIECES_PER_COMMIT));
    }
  });

  constructor(private readonly kv: Deno.Kv) {}

  /**
   * Stores a piece of a file; false, and it is not stored, when the file has
   * changed since it was read. Throws an `unavailable` error.
   */
  store(
    file: Deno.KvEntry<StoredFile>,
    hash: Uint8Array,
    bytes: Uint8Array,
  ): Promise<boolean> {
    const stored = Promise.withResolvers<boolean>();
    this.#waiting.push({ file, hash, bytes, stored });
    this.#writeAll();
    return stored.promise;
  }

  async #write(some: WaitingPiece[]): Promise<void> {
    try {
      const atomic = this.kv.atomic();
      for (const { file, hash, bytes } of some) {
        const { upload } = file.value;
        atomic.check(file)
          .set(fileKeys.piece(upload, hash), bytes)
          .set(fileKeys.received(upload, hash), 0);
      }
      const isStored = await commitOrUnavailable(atomic);
      if (isStored || some.length === 1) {
        for (const { stored } of some) stored.resolve(isStored);
      } else for (const each of some) await this.#write([each]); // one of their files has changed
    } catch (error) {
      for (const { stored } of some) stored.reject(error);
    }
  }
}
