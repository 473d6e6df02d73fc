// Tells followers what commits have changed, by the notes that these leave (N1 of lib/sync).
import { commitOrUnavailable, logFailure, type Note } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";

/**
 * Makes jobs of what commits to a space have changed. Told again of what it was
 * told when it throws, or the process dies. What must not be written by a
 * process whose lease is over checks `term`.
 */
export type Follower = (
  space: string,
  notes: readonly Note[],
  term: Deno.AtomicCheck,
) => Promise<void>;

const NOTES_PER_LOOK = 400; // deleted in one commit

export class NoteTeller {
  readonly #followers: Follower[] = [];
  /** No note of the spaces up to this one could be told: those behind it do not wait for them. */
  #behind: string | undefined;

  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: Pick<ChatSync, "notes">,
  ) {}

  add(follower: Follower): void {
    this.#followers.push(follower);
  }

  async isAny(): Promise<boolean> {
    return (await Array.fromAsync(this.sync.notes(1))).length > 0;
  }

  /**
   * Tells some notes, and deletes them; those of a space that a follower can't be
   * told of stay. Gives back how many it were, undefined when none of those that
   * there are. Throws when KV fails.
   */
  async tellSome(term: Deno.AtomicCheck): Promise<number | undefined> {
    const behind = this.#behind;
    const notes = await Array.fromAsync(
      this.sync.notes(NOTES_PER_LOOK, { behind }),
    );
    const atomic = this.kv.atomic();
    let told = 0;
    for (const [space, some] of Map.groupBy(notes, ({ space }) => space)) {
      if (!await this.#tell(space, some, term)) continue;
      told += some.length;
      for (const { key } of some) atomic.delete(key);
    }
    this.#behind = told > 0 ? undefined : notes.at(-1)?.space;
    if (told > 0) await commitOrUnavailable(atomic);
    return told > 0 || (notes.length === 0 && !behind) ? told : undefined;
  }

  /** Waits for all, also where one fails: none is told twice at the same time. */
  async #tell(
    space: string,
    notes: readonly Note[],
    term: Deno.AtomicCheck,
  ): Promise<boolean> {
    const ends = await Promise.allSettled(
      this.#followers.map((follower) => follower(space, notes, term)),
    );
    const failed = ends.find((end) => end.status === "rejected");
    if (failed) logFailure(`Notes of ${space} were put off`, failed.reason);
    return !failed;
  }
}
