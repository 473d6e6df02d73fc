// Decides how a pull is answered: from its cookie and the log, without reading anything.
import type { Collection } from "./domain.ts";
import type { LogEntry } from "./log.ts";
import { type Cookie, MAX_WINDOW, serialOf } from "./protocol.ts";
import type { Head } from "./space.ts";
import type { Strategy } from "./store.ts";
import { boundOf, type Centre, gapAt } from "./view_bounds.ts";

/** Of each windowed collection, unless the client asks for another number. */
const FIRST_WINDOW = 200;
/** The most entries of a windowed collection that one answer brings; the client asks again for the rest. */
export const MAX_ENTRIES_PER_PULL = 5_000;
/** Further behind than this, in log entries or in their bytes, a snapshot is cheaper. */
const MAX_LOG_ENTRIES_TO_REPLAY = 10_000;
export const MAX_LOG_BYTES_TO_REPLAY = 8_000_000;

/** How a pull is answered. */
export type PullPlan =
  /** There is nothing new: the same cookie, an empty patch. */
  | { kind: "same" }
  /** These log entries came after the cookie. */
  | { kind: "changes"; log: LogEntry[] }
  /** The whole view, with so many of each windowed collection, and what is next to `centre`. */
  | { kind: "snapshot"; window: number; centre?: Centre }
  /** What is missing below the bound, `more` entries of it, and next to `centre`; and what came since. */
  | { kind: "wider"; more: number; centre?: Centre }
  /** The cookie seems to be of another history; only a fresh look at KV may say so. */
  | { kind: "lost" };

/** What a plan is made from. */
export type PullState = {
  /** Null on a client's first pull. */
  cookie: Cookie | null;
  /** How many of each windowed collection the client asks for; 0 for those it has. */
  asked: number;
  /** Next to what the client asks for entries. */
  centre?: Centre;
  /** Where the space stands. */
  head: Head;
  /**
   * The log from the cookie's version on, that entry included, as far as
   * `replayTo`; only the first entry when the others are too many bytes; null
   * when one of them is not there any more. It may go on beyond `head`.
   */
  log: LogEntry[] | null;
  collections: readonly Collection[];
  strategy: Strategy;
};

/**
 * Up to which version the log is read for a cookie; undefined when there is no
 * need to. The cookie's own entry is read however far behind it is: a snapshot
 * would hide from the client that this is another history.
 */
export function replayTo(
  cookie: Cookie | null,
  { version }: Head,
): number | undefined {
  if (!cookie || cookie.version > version) return undefined;
  const behind = version - cookie.version;
  return behind > MAX_LOG_ENTRIES_TO_REPLAY ? cookie.version : version;
}

/** How a pull is to be answered. Pure. */
export function planPull(state: PullState): PullPlan {
  const { cookie, centre, head, log, collections, strategy } = state;
  const largest = MAX_WINDOW - serialOf(cookie?.ranges);
  const asked = Math.min(state.asked, largest);
  if (!cookie) return snapshotOf(asked || FIRST_WINDOW, centre);
  if (cookie.version > head.version) return { kind: "lost" };
  if (log && log[0].mark !== cookie.mark) return { kind: "lost" };

  const behind = head.version - cookie.version;
  if (!log || log.length <= behind) {
    return snapshotOf(Math.max(asked, cookie.window), centre);
  }
  const hasNews = log.length > 1;
  if (hasNews && strategy === "reset") {
    return snapshotOf(Math.max(asked, cookie.window), centre);
  }
  const missing = Math.max(0, asked - cookie.window);
  // The order of a cookie can tell no more of them apart.
  const isMissing = centre && gapAt(cookie, centre) && cookie.window < largest;
  if (missing > 0 || isMissing) {
    const isWhole = collections.every(({ prefix }) =>
      boundOf(cookie, prefix) === null
    );
    // Of a whole collection nothing is missing: the cookie alone changes.
    const more = isWhole ? missing : Math.min(missing, MAX_ENTRIES_PER_PULL);
    return { kind: "wider", more, ...isMissing && { centre } };
  }
  return hasNews ? { kind: "changes", log: log.slice(1) } : { kind: "same" };
}

export const snapshotOf = (
  window: number,
  centre?: Centre,
): PullPlan & { kind: "snapshot" } => ({
  kind: "snapshot",
  window: Math.min(window, MAX_ENTRIES_PER_PULL),
  ...centre && { centre },
});
