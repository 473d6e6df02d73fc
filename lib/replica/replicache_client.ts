// One Replicache client in one generation of a replica, known to other tabs to be alive until closed.
import type { MutatorDefs, Puller, ReplicacheOptions } from "replicache";
import { ReplicacheImpl } from "replicache/impl";
import { coalesce } from "./coalesce.ts";
import type { PullCookie } from "./pull_window.ts";
import { holdClientLock } from "./local/live_clients.ts";

export { ReplicacheImpl };

// Raise it when the shape of stored entries changes: an older tab then keeps
// its own copy instead of reading what it cannot.
export const SCHEMA_VERSION = "1";

/**
 * The longest that a failed push or pull waits for its next try, in
 * milliseconds. Replicache's minute is long for someone who watches a message
 * that is not sent, and nothing tells when only pushes had failed. Random, so
 * that those who failed together do not all come back together.
 */
const maxRetryDelay = () => 6_000 + Math.random() * 4_000;

export class ReplicacheClient<M extends MutatorDefs> extends ReplicacheImpl<M> {
  /** Its client group, once it is open. */
  groupID = "";
  /** Called when something has failed; resolves with whether its copy is broken, and is being replaced; never rejects. */
  onError: (error: unknown) => unknown = () => {};
  /** Whether the server has answered a pull; once that has ended, which `onSync` tells, the copy holds the answer. */
  isAnswered = false;
  #releaseLock = () => {};
  readonly #persist = coalesce(() => super.persist());

  constructor(
    private readonly replica: string,
    readonly generation: number,
    options: Omit<ReplicacheOptions<M>, "name"> & { puller: Puller },
  ) {
    super({
      ...options,
      puller: async (...request) => {
        const answer = await options.puller(...request);
        if (answer.response && "cookie" in answer.response) {
          this.isAnswered = true;
        }
        return answer;
      },
      name: `${replica}/${generation}`,
      schemaVersion: SCHEMA_VERSION,
      pullInterval: null, // the poke stream says when
      pushDelay: 0,
      requestOptions: { maxDelayMs: maxRetryDelay() },
      logLevel: "error",
      logSinks: [{
        log: (_level, _context, ...news) => {
          console.error(...news);
          this.onError(news.at(-1));
        },
      }],
    });
    // The default would reload the page under the hands of someone who writes.
    this.onUpdateNeeded = null;
  }

  /** What says of a mutation whose it is. */
  get ids(): { generation: number; groupID: string; clientID: string } {
    const { generation, groupID, clientID } = this;
    return { generation, groupID, clientID };
  }

  /** Resolves once it has its place on the disk. */
  async open(): Promise<void> {
    this.groupID = await this.clientGroupID;
    const { replica, generation, clientID } = this;
    this.#releaseLock = await holdClientLock(replica, generation, clientID);
  }

  /**
   * Asks nobody when nothing is unsent: Replicache would take that for an
   * answer. After a mutation it asks by itself, and not `now`: then there is
   * something, and with thousands it takes long to count.
   */
  override async push(options?: { now?: boolean }): Promise<void> {
    const asks = options?.now || this.groupID === "";
    if (!asks || await this.hasPending()) await super.push(options);
  }

  async hasPending(): Promise<boolean> {
    await this.cookie; // before it is open nobody knows
    return (await this.experimentalPendingMutations()).length > 0;
  }

  /** What the last pull that came into the copy left; null before that, and when it is closed meanwhile. */
  async pullCookie(): Promise<PullCookie | null> {
    try {
      return await this.cookie as PullCookie | null;
    } catch (error) {
      if (this.closed) return null;
      throw error;
    }
  }

  override async close(): Promise<void> {
    await super.close();
    this.#releaseLock();
  }

  /**
   * Brings what is only in memory to the disk, where other tabs and the next
   * visit find it: Replicache itself takes its time, and asserts that there
   * are never two of these at once.
   */
  override persist(): Promise<void> {
    return this.#persist();
  }
}

/**
 * Reports an error that no caller awaits. Errors of what is closed meanwhile do
 * not matter any more. Those of the disk are no fault of a script: the status
 * says what follows from them; and whoever cleared the browser's data knows.
 */
export const reportUnlessClosed =
  (it: { closed: boolean }) => (error: unknown): void => {
    if (it.closed) return;
    if (error instanceof DOMException) console.warn(error);
    else reportError(error);
  };
