// One Replicache client in one generation of a replica, known to other tabs to be alive until closed.
import type { MutatorDefs, ReplicacheOptions } from "replicache";
import { ReplicacheImpl } from "replicache/impl";
import { coalesce } from "./coalesce.ts";
import { live } from "./local/web_locks.ts";

export { ReplicacheImpl };

// Raise it when the shape of stored entries changes: an older tab then keeps
// its own copy instead of reading what it cannot.
export const SCHEMA_VERSION = "1";

/**
 * The longest that a failed push or pull waits for its next try, in
 * milliseconds. Replicache's minute is long for whoever watches a message that
 * is not sent, and nobody tells when only pushes had failed. Random, so that
 * those who failed together do not all come back together.
 */
const longestWait = () => 6_000 + Math.random() * 4_000;

export class ReplicacheClient<M extends MutatorDefs> extends ReplicacheImpl<M> {
  /** Its client group, once it is open. */
  groupID = "";
  #die = () => {};
  readonly #persist = coalesce(() => super.persist());

  constructor(
    private readonly replica: string,
    readonly generation: number,
    options: Omit<ReplicacheOptions<M>, "name">,
  ) {
    super({
      ...options,
      name: `${replica}/${generation}`,
      schemaVersion: SCHEMA_VERSION,
      pullInterval: null, // the poke stream says when
      pushDelay: 0,
      requestOptions: { maxDelayMs: longestWait() },
      logLevel: "error",
    });
    // The default would reload the page under the hands of whoever is writing.
    this.onUpdateNeeded = null;
  }

  /** Resolves once it has its place on the disk. */
  async open(): Promise<void> {
    this.groupID = await this.clientGroupID;
    this.#die = await live(this.replica, this.generation, this.clientID);
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

  override async close(): Promise<void> {
    await super.close();
    this.#die();
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
