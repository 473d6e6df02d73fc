// What an app tells the engine about itself: its mutators, its large collections, what decides who may read.
import type { ReadonlyJSONValue, WriteTransaction } from "replicache";

/**
 * A mutator: changes a space in the name of a user. It may run several times
 * for one mutation and must end the same. It refuses for good by throwing an
 * error with a string `code`.
 */
export type Mutator = (
  tx: WriteTransaction,
  args: ReadonlyJSONValue | undefined,
) => Promise<void>;

/**
 * A windowed collection: the entries under `prefix`, of which a first pull
 * brings the newest only. `order` says how new an entry is: a finite number.
 */
export interface Collection {
  prefix: string;
  order(value: ReadonlyJSONValue): number;
}

/** What a commit did to an entry that all may see: a put when it has a `value`, else a del. */
export interface Change {
  key: string;
  value?: ReadonlyJSONValue;
  /** Its order in a windowed collection before and after; without the first it is new there. */
  was?: number;
  now?: number;
}

/** The user who pushes or pulls; the domain's own type can hold more. */
export interface User {
  userID: string;
}

/** The app, as the engine sees it. */
export interface Domain<U extends User> {
  /** Raised with each change of shape; a client that is ahead is asked to wait. */
  schemaVersion: number;
  /** The mutators of a space, bound to the user in whose name they run. */
  mutators(space: string, user: U): Record<string, Mutator>;
  /** The windowed collections of a space. */
  collections(space: string): readonly Collection[];
  /**
   * Whether a change of an entry can end a user's right to read the space:
   * `value` is what it has become, undefined when it was deleted. For an entry
   * that changes often, a text that says what of it decides: then it can when
   * that is another than the last time.
   */
  guards(
    space: string,
    key: string,
    value?: ReadonlyJSONValue,
  ): boolean | string;
  /**
   * Whether the commit of a change leaves a note (rule N1), by which work that
   * follows from it is not forgotten. Without this function none does.
   */
  notes?(space: string, change: Change): boolean;
}

/** The windowed collection that an entry belongs to, if any. */
export function collectionOf(
  collections: readonly Collection[],
  key: string,
): Collection | undefined {
  return collections.find(({ prefix }) => key.startsWith(prefix));
}
