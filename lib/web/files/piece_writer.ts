// Stores pieces of files: those that come while a commit is under way go into the next one together.
import { setTimeout as pause } from "node:timers/promises";
import { coalesce, commitOrUnavailable } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import { fileKeys, type StoredFile } from "./file_store.ts";

const PIECES_PER_COMMIT = 4;
/** So long after something was written to a space, in milliseconds, more is expected. */
const QUIET_AFTER = 100;

type WaitingPiece = {
  file: Deno.KvEntry<StoredFile>;
  hash: Uint8Array;
  bytes: Uint8Array;
  stored: PromiseWithResolvers<boolean>;
};

/**
 * Makes one commit at a time, so that pushes are not behind many pieces. While
 * people write it is of one piece, and a pause follows that is as long.
 */
export class PieceWriter {
  readonly #waiting: WaitingPiece[] = [];
  readonly #writeAll = coalesce(async () => {
    while (this.#waiting.length > 0) {
      const begun = performance.now();
      const isQuiet = begun > this.#changedAt + QUIET_AFTER;
      const most = isQuiet ? PIECES_PER_COMMIT : 1;
      await this.#write(this.#waiting.splice(0, most));
      if (!isQuiet) await pause(performance.now() - begun);
    }
  });
  /** When a space was seen to change, by `performance.now()`. */
  #changedAt = -Infinity;

  constructor(
    private readonly kv: Deno.Kv,
    sync: Pick<ChatSync, "follow">,
  ) {
    sync.follow(() => this.#changedAt = performance.now());
  }

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
