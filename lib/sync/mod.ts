// The door of the sync engine: Replicache's push, pull and poke on Deno KV, for any domain.
import type {
  ReadonlyJSONValue,
  ReadTransaction,
  WriteTransaction,
} from "replicache";
import { type Changes, changesSince } from "./changes.ts";
import { chargedReads, type Hold } from "./charged_reads.ts";
import { entriesOf, snapshot } from "./client_view.ts";
import {
  type CopiedVersion,
  type CopyStep,
  copyStore,
  type OwnRecords,
} from "./copy.ts";
import type { Domain, User } from "./domain.ts";
import { erase } from "./erase.ts";
import { freezeInTurns } from "./freeze.ts";
import { type Chore, DEFAULT_RETENTION, Housekeeping } from "./housekeeping.ts";
import { keys, parse } from "./keys.ts";
import { logFailure } from "./log_failure.ts";
import {
  between,
  countAbove,
  newest,
  type Place,
  type PlacedEntry,
} from "./newest.ts";
import { type Note, notesIn, type NotesWanted } from "./notes.ts";
import type { MayRead } from "./subscribers.ts";
import { Pokes, type StreamHooks } from "./poke.ts";
import {
  type ClientStateNotFound,
  parsePull,
  parsePush,
  SyncError,
  unavailable,
  unknownSpace,
  type VersionNotSupported,
} from "./protocol.ts";
import type { PullOptions, SyncOptions } from "./options.ts";
import { pull, type PullAnswer } from "./pull.ts";
import {
  scanEntries,
  type ScannedEntry,
  type ScannedSpace,
  scanSpaces,
} from "./scan.ts";
import type { Head } from "./space.ts";
import type { PushOptions } from "./push_job.ts";
import { Spaces } from "./spaces.ts";
import { transactionOver } from "./transaction.ts";
import type { Store } from "./store.ts";
import { write } from "./write.ts";

export type { Change, Collection, Domain, Mutator, User } from "./domain.ts";
export type { SyncOptions } from "./options.ts";
export type { Chore } from "./housekeeping.ts";
export type { MayRead } from "./subscribers.ts";
export type { OpenStream, StreamHooks } from "./poke.ts";
export { outdated, SyncError, unavailable, unknownSpace } from "./protocol.ts";
export type { ClientStateNotFound, Problem } from "./protocol.ts";
export type { Around, PullAnswer, Wanted } from "./pull.ts";
export type { Place, PlacedEntry } from "./newest.ts";
export type { Note } from "./notes.ts";
export type { ScannedEntry, ScannedSpace } from "./scan.ts";
export type { Changes } from "./changes.ts";
export type { Head } from "./space.ts";
export type { CopiedVersion, CopyStep, OwnRecords } from "./copy.ts";
export { type RestoreStep, restoreSteps } from "./restore.ts";
export { batchReads } from "./batched_reads.ts";
export { coalesce } from "./coalesce.ts";
export { commitOrUnavailable } from "./commit.ts";
export { MAX_VALUE_BYTES } from "./limits.ts";
export { logFailure } from "./log_failure.ts";
export { watchKeys } from "./watch_keys.ts";

type Failure = ClientStateNotFound | VersionNotSupported;

/**
 * The engine over one KV. Its methods reject with a `SyncError` when a request
 * cannot be answered with a body of the protocol.
 */
export class Sync<U extends User = User> {
  readonly #store: Store;
  readonly #pokes: Pokes;
  readonly #housekeeping: Housekeeping;
  readonly #spaces: Spaces<U>;
  readonly #followers = new Set<(space: string) => void>();
  readonly #spaceOf = (name: string) => this.#spaces.at(name).space;

  constructor(
    private readonly kv: Deno.Kv,
    private readonly domain: Domain<U>,
    {
      maxChecks = 100,
      watchesSeeAll = false,
      strategy = "global-version",
      measure,
      onNote = () => {},
      cacheBytes = 256_000_000,
      retention,
    }: SyncOptions = {},
  ) {
    const collections = (space: string) => domain.collections(space);
    const notes = domain.notes && {
      isNoted: domain.notes.bind(domain),
      onNote,
    };
    this.#store = { kv, collections, maxChecks, strategy, measure, notes };
    this.#pokes = new Pokes(
      kv,
      this.#spaceOf,
      (space, { key, value }) => domain.guards(space, key, value),
      watchesSeeAll,
      measure?.poke,
      strategy === "reset" ? undefined : collections,
    );
    this.#spaces = new Spaces(
      this.#store,
      domain,
      this.#pokes,
      cacheBytes,
      (space) => this.#followers.forEach((tell) => tell(space)),
    );
    this.#housekeeping = new Housekeeping(this.#store, this.#spaceOf, {
      ...DEFAULT_RETENTION,
      ...retention,
    });
  }

  /**
   * Takes a push, the parsed JSON of its body. Null once every mutation in it
   * is committed or refused for good; else what to answer.
   */
  async push(
    space: string,
    user: U,
    body: unknown,
    options: PushOptions = {},
  ): Promise<Failure | null> {
    const request = parsePush(body);
    if ("error" in request) return request;
    this.#assertSchema(request.schemaVersion);
    // A mutator may run again, on the very same args.
    await freezeInTurns(request.mutations);
    return await this.#spaces.at(space).queue.push(user, request, options);
  }

  /**
   * Answers a pull, the parsed JSON of its body. `mayRead` is asked in the end:
   * a user who has no right to what is answered gets `unknown-space`.
   * `hold` is told how many bytes more, or, below zero, fewer, the answer takes
   * up until it is read; where it says false, the pull is `unavailable`.
   * `copies` says on which streams the group hears of the space; see
   * `StreamHooks`.
   */
  async pull(
    space: string,
    user: U,
    body: unknown,
    { mayRead, hold, copies, ...wanted }: PullOptions,
  ): Promise<Failure | PullAnswer> {
    const request = parsePull(body);
    if ("error" in request) return request;
    this.#assertSchema(request.schemaVersion);
    const here = this.#spaceOf(space);
    const answer = await this.#reading(() =>
      pull(this.#store, here, user, request, wanted, hold)
    );
    const get = (...keys: string[]) =>
      "isKnown" in answer
        ? this.#reading(() => here.entries(keys))
        : this.get(space, ...keys);
    if (!await mayRead(space, get)) throw unknownSpace();
    if ("error" in answer) return answer;
    const { cookie, pieces } = answer;
    const { userID, clientGroupID: groupID } = { ...user, ...request };
    if (copies) this.#pokes.pulled(space, copies, { userID, groupID, cookie });
    return pieces;
  }

  /** Opens a stream of server-sent events about the spaces; see `Pokes.open`. */
  poke(
    spaces: readonly string[],
    mayRead: MayRead,
    hooks?: StreamHooks,
  ): Promise<ReadableStream<Uint8Array>> {
    return this.#reading(() => this.#pokes.open(spaces, mayRead, hooks));
  }

  /**
   * Sends an event of the app's own to the streams of this process that listen
   * to a space. Nothing of it is stored; a stream that opens later misses it.
   */
  broadcast(space: string, event: string, data: unknown): void {
    this.#pokes.tell(space, event, data);
  }

  /** How many streams this process holds open. */
  get streams(): number {
    return this.#pokes.size;
  }

  /** How many bytes of JSON the spaces in memory remember, all together, as they were last weighed. */
  get cachedBytes(): number {
    return this.#spaces.bytes;
  }

  /** Changes spaces from the server itself; see `write`. */
  write<T>(
    spaces: readonly string[],
    fn: (...txs: WriteTransaction[]) => Promise<T>,
    check?: Deno.AtomicCheck,
  ): Promise<T> {
    return write(this.#store, spaces.map(this.#spaceOf), fn, check);
  }

  /** Takes out a space and its past, or all that one user was refused in it; see `erase`. */
  erase(space: string, userID?: string): Promise<void> {
    return erase(this.kv, this.#spaces.at(space).space, userID);
  }

  /** Up to ten entries of a space as they are now, all at one moment. */
  async get(
    space: string,
    ...entryKeys: string[]
  ): Promise<(ReadonlyJSONValue | undefined)[]> {
    const read = await this.#reading(() =>
      this.kv.getMany<Uint8Array[]>(
        entryKeys.map((key) => keys.entry(space, key)),
      )
    );
    return read.map(({ value }) => value === null ? undefined : parse(value));
  }

  /**
   * Entries as this process remembers them; undefined where it does not remember
   * all of them. They may be stale: only for decisions that are made again
   * before anything comes of them.
   */
  remembered(
    space: string,
    ...entryKeys: string[]
  ): (ReadonlyJSONValue | undefined)[] | undefined {
    return this.#spaces.peek(space)?.remembered(entryKeys);
  }

  /**
   * A text that tells this state of a space from all others that it has had, so
   * that what is derived from the space can be remembered by it; undefined when
   * there is no such space.
   */
  async stateOf(space: string): Promise<string | undefined> {
    const { versionstamp } = await this.#reading(() =>
      this.kv.get(keys.version(space))
    );
    return versionstamp ?? undefined;
  }

  /** The newest of a windowed collection, newest first; see `newest`. */
  newest(
    space: string,
    prefix: string,
    most: number,
    below?: Place,
  ): Promise<PlacedEntry[]> {
    const here = this.#spaces.peek(space);
    return this.#reading(() =>
      newest(this.kv, space, here, prefix, most, below)
    );
  }

  /** Entries of a windowed collection by their orders; see `between`. */
  between(
    space: string,
    prefix: string,
    from: number,
    below: number,
  ): Promise<PlacedEntry[]> {
    return this.#reading(() => between(this.kv, space, prefix, from, below));
  }

  /** What has changed since a place in a space's history; see `changesSince`. */
  changesSince(space: string, since?: Head): Promise<Changes | undefined> {
    const here = this.#spaces.peek(space);
    return this.#reading(() => changesSince(this.kv, space, here, since));
  }

  /**
   * Has `tell` called with the name of each space that this process sees
   * changing, by its own commits above all. It is a hint: nobody tells it of
   * what other processes write to spaces without readers here. Gives back what
   * ends it.
   */
  follow(tell: (space: string) => void): () => void {
    this.#followers.add(tell);
    return () => this.#followers.delete(tell);
  }

  /** All entries of a space whose keys begin with a prefix, however many; see `scanEntries`. */
  scan(space: string, prefix: string): AsyncGenerator<ScannedEntry> {
    return scanEntries(this.kv, space, prefix);
  }

  /** All spaces whose names begin with a prefix, however many; see `scanSpaces`. */
  scanSpaces(prefix: string): AsyncGenerator<ScannedSpace> {
    return scanSpaces(this.kv, prefix);
  }

  /** The oldest notes that commits have left, at most `most`, whichever process made them; see notes.ts. */
  notes(most: number, wanted?: NotesWanted): AsyncGenerator<Note> {
    return notesIn(this.kv, (name) => this.#spaces.peek(name), most, wanted);
  }

  /** A copy of the whole store, while it is written to; see `copyStore`. */
  copy(
    own: OwnRecords,
    versions: () => AsyncIterable<CopiedVersion>,
  ): AsyncGenerator<CopyStep> {
    return copyStore(this.#store, own, versions);
  }

  /** How many of a windowed collection are newer than an order, `most` at the most; see `countAbove`. */
  countAbove(
    space: string,
    prefix: string,
    above: number,
    most: number,
  ): Promise<number> {
    return this.#reading(() => countAbove(this.kv, space, prefix, above, most));
  }

  /**
   * A space as a user's first pull would bring it, to be read by the queries
   * that the browser runs on its copy. `hold` is told how much that is.
   */
  async view(
    space: string,
    user: U,
    window: number,
    hold: Hold = () => true,
  ): Promise<ReadTransaction> {
    const viewer = { userID: user.userID, groupID: "" };
    const collections = this.domain.collections(space);
    const view = await this.#reading(() =>
      snapshot(
        chargedReads(this.kv, hold),
        space,
        this.#spaces.peek(space),
        viewer,
        collections,
        window,
      )
    );
    return transactionOver(entriesOf(view));
  }

  /** Has housekeeping see to records of the app's own, too, beside the engine's (H9). */
  addChores(chores: readonly Chore[]): void {
    this.#housekeeping.add(chores);
  }

  /** Does the housekeeping in the background from now on, until `close`. */
  startHousekeeping(): void {
    this.#housekeeping.start();
  }

  /** All of the housekeeping at once, as of `now`, in milliseconds since 1970. */
  housekeep(now: number = Date.now()): Promise<void> {
    return this.#housekeeping.pass(now);
  }

  /** Ends all streams and housekeeping. Commits under way go on to their end. */
  close(): void {
    this.#pokes.close();
    this.#housekeeping.stop();
  }

  /** A newer client than this server: another instance will know, or this one soon. */
  #assertSchema(version: string): void {
    if (Number(version) > this.domain.schemaVersion) {
      throw unavailable(undefined, "The server is being updated.");
    }
  }

  /** Whatever a read throws, the client can only try again. */
  async #reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      if (cause instanceof SyncError) throw cause;
      logFailure("Reading failed", cause);
      throw unavailable(cause);
    }
  }
}
