// What this process remembers of one space: its version, its newest log entries, entries read before.
import type { ReadonlyJSONValue } from "replicache";
import { Cache } from "./cache.ts";
import { deepFreeze } from "./freeze.ts";
import { keys, parse } from "./keys.ts";
import { type LogEntry, readLog, RecentLog } from "./log.ts";
import type { SharedView } from "./shared_view.ts";
import { Turns } from "./turns.ts";

/** The point of a space's history where it stands: its version and that log entry's mark. */
export type Head = { version: number; mark: string };

// Further behind than this, starting anew is cheaper than catching up.
const MAX_ENTRIES_TO_CATCH_UP = 500;
const MAX_CACHED_ENTRIES = 5_000;
const MAX_CACHED_BYTES = 4_000_000; // of entries, and as many of a view

/**
 * A space as this process last saw it. Everything remembered here is true of
 * `version`, and a commit that checks `versionstamp` proves that it still is.
 */
export class Space {
  /** 0 until it is born. */
  version = 0;
  /** Of the key `version`; null until it is born. */
  versionstamp: string | null = null;
  #mark = "";
  #known = false;
  readonly #entries = new Cache<ReadonlyJSONValue | undefined>(
    MAX_CACHED_ENTRIES,
    MAX_CACHED_BYTES,
  );
  #recent = new RecentLog();
  #view: SharedView | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** Whose turn it is among processes; in this one they `lock`. */
  readonly turns: Turns;

  /**
   * @param onAdvance is told what each commit changed, whichever process made
   * it; null when that is not known, as at the `first` look.
   * @param onGrow is told when more is remembered, and nothing else has changed.
   */
  constructor(
    private readonly kv: Deno.Kv,
    readonly name: string,
    private readonly onAdvance: (
      space: Space,
      entries: LogEntry[] | null,
      first: boolean,
    ) => void,
    private readonly onGrow: () => void = () => {},
  ) {
    this.turns = new Turns(kv, this);
  }

  get head(): Head {
    return { version: this.version, mark: this.#mark };
  }

  /** How many bytes are remembered of its entries and its log. */
  get bytes(): number {
    return this.#entries.bytes + this.#recent.bytes + (this.#view?.bytes ?? 0);
  }

  /** The entries that all readers see, with so many of each windowed collection or more, as they were read for the last of them. */
  viewOf(window: number): SharedView | undefined {
    return this.#view && this.#view.window >= window ? this.#view : undefined;
  }

  rememberView(view: SharedView): void {
    if (view.bytes > MAX_CACHED_BYTES) return;
    this.#view = view;
    this.onGrow();
  }

  forgetView(): void {
    this.#view = undefined;
  }

  /** Forgets entries and log, but not where the space stands. */
  forget(): void {
    this.forgetView();
    this.#entries.clear();
    this.#recent.restart(this.version + 1);
  }

  /** Whether the space exists, as far as this process knows. */
  get born(): boolean {
    return this.versionstamp !== null;
  }

  /** Waits for other writers of this process; gives back what lets the next one in. */
  async lock(): Promise<() => void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = before.then(() => promise);
    await before;
    return resolve;
  }

  /** Makes sure that something is known; it may be stale, which a commit's check finds. */
  async ready(): Promise<void> {
    if (!this.#known) await this.refresh();
  }

  /** Reads the version from KV and catches up with it. */
  async refresh(): Promise<void> {
    await this.catchUp(await this.kv.get<number>(keys.version(this.name)));
  }

  /** Catches up with the version just read from KV. */
  async catchUp(read: Deno.KvEntryMaybe<number>): Promise<void> {
    const { value: version, versionstamp } = read;
    if (versionstamp === null || version === null) {
      if (this.born) await this.#rolledBack();
      else if (!this.#known) this.#restart(0, null, []);
      return;
    }
    if (version === this.version && versionstamp === this.versionstamp) return;
    if (version < this.version) return await this.#rolledBack();

    const from = this.version;
    if (this.born && version - from <= MAX_ENTRIES_TO_CATCH_UP) {
      const mark = this.#mark;
      const entries = await readLog(this.kv, this.name, from, version);
      if (entries && entries[0].mark === mark) {
        this.advance(from, entries.slice(1), versionstamp);
        // The same history under another versionstamp: KV was copied.
        if (this.version === version) this.versionstamp = versionstamp;
        return;
      }
    }
    // Nothing known, too far behind, or another history: start at its head.
    const entries = await this.#headAt(version, versionstamp);
    if (!entries) return await this.refresh();
    // Another read may have come further meanwhile; never step back behind it.
    const other = version === this.version &&
      versionstamp !== this.versionstamp;
    if (!this.born || version > this.version || other) {
      this.#restart(version, versionstamp, entries);
    }
  }

  /**
   * A version below ours, or none: either it was read before our last commit, or
   * KV was replaced by an older state, or the space was erased. A read that
   * begins now tells. Until all of that state is known we keep to ours: others
   * are looking as well.
   */
  async #rolledBack(): Promise<void> {
    const known = this.version;
    const again = await this.kv.get<number>(keys.version(this.name));
    const { value: version, versionstamp } = again;
    if (version !== null && version >= known) return await this.catchUp(again);
    const entries = version === null
      ? []
      : await this.#headAt(version, versionstamp!);
    if (!entries) return await this.refresh();
    if (this.version !== known) return;
    this.#restart(version ?? 0, versionstamp, entries);
  }

  /** Null when the space has been erased, or replaced, since the version was read. */
  async #headAt(
    version: number,
    versionstamp: string,
  ): Promise<LogEntry[] | null> {
    const entries = await readLog(this.kv, this.name, version, version);
    if (entries) return entries;
    const now = await this.kv.get(keys.version(this.name));
    if (now.versionstamp !== versionstamp) return null;
    throw new Error(`The log of ${this.name} has lost its head.`);
  }

  #restart(
    version: number,
    versionstamp: string | null,
    entries: LogEntry[],
  ): void {
    const first = !this.#known;
    this.#known = true;
    this.version = version;
    this.versionstamp = versionstamp;
    this.#mark = entries.at(-1)?.mark ?? "";
    this.forgetView();
    this.#entries.clear();
    this.#recent.restart(version);
    this.#recent.append(entries);
    // Entries that are being read now may be of another version.
    this.onAdvance(this, null, first);
  }

  /**
   * Takes in the log entries that follow version `from`, up to the one that
   * `versionstamp` was given for. What others took in meanwhile is skipped.
   */
  advance(from: number, entries: LogEntry[], versionstamp: string): void {
    const fresh = entries.slice(this.version - from);
    const version = from + entries.length;
    if (this.version < from || version <= this.version) return;
    for (const { ops, bytes } of fresh) {
      for (const { key, value, for: one } of ops) {
        if (one !== undefined) continue; // a rejection: a part of views, no entry
        this.#entries.set(key, deepFreeze(value), bytes / ops.length);
      }
    }
    if (!this.born) this.#recent.restart(1);
    this.#recent.append(fresh);
    this.#known = true;
    this.version = version;
    this.versionstamp = versionstamp;
    this.#mark = fresh.at(-1)!.mark;
    this.onAdvance(this, fresh, false);
  }

  /** The log from a version on, it included, if this process still holds it. */
  recentLogFrom(version: number): LogEntry[] | undefined {
    return this.#recent.from(version);
  }

  /** The same, if it is all that KV has by now; `versionstamp` is that of the version there. */
  wholeLogFrom(version: number, versionstamp: string | null) {
    const isAll = versionstamp !== null && versionstamp === this.versionstamp;
    return isAll ? this.recentLogFrom(version) : undefined;
  }

  /**
   * An entry as of `version`, deeply frozen; undefined when there is none. One
   * that was read while the space moved on is remembered all the same unless
   * what moved it on changed that very entry.
   */
  entry(
    key: string,
  ): ReadonlyJSONValue | undefined | Promise<ReadonlyJSONValue | undefined> {
    return this.#entries.get(key, async () => {
      const read = await this.kv.get<Uint8Array>(keys.entry(this.name, key));
      return frozen(read);
    });
  }

  /** The same for up to ten entries, all of one moment. */
  async entries(
    all: readonly string[],
  ): Promise<(ReadonlyJSONValue | undefined)[]> {
    const known = this.remembered(all);
    if (known) return known;
    // What is remembered may be older than what is read: it is read again.
    const read = this.kv.getMany<Uint8Array[]>(
      all.map((key) => keys.entry(this.name, key)),
    );
    await Promise.all(
      all.map((key, i) =>
        this.#entries.get(key, async () => frozen((await read)[i]))
      ),
    );
    return (await read).map((each) => frozen(each).value);
  }

  /** Entries as of `version`, without a read; undefined where not all of them are remembered. */
  remembered(
    all: readonly string[],
  ): (ReadonlyJSONValue | undefined)[] | undefined {
    if (!all.every((key) => this.remembers(key))) return undefined;
    return all.map((key) => this.entry(key) as ReadonlyJSONValue | undefined);
  }

  /** Whether `entry` gives it without a read. */
  remembers(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The entries from a key on, in the order of their keys' UTF-8 bytes, as KV has them. */
  async *entriesFrom(
    fromKey: string,
  ): AsyncGenerator<[string, ReadonlyJSONValue]> {
    const prefix = keys.entries(this.name);
    const start = keys.entry(this.name, fromKey);
    for await (
      const { key, value } of this.kv.list<Uint8Array>({ prefix, start })
    ) {
      yield [key[2] as string, deepFreeze(parse(value))];
    }
  }

  /** The keys of a user's rejections, oldest first, as KV has them now. */
  async rejectionKeys(userID: string): Promise<Deno.KvKey[]> {
    const prefix = keys.rejections(this.name, userID);
    const all = await Array.fromAsync(this.kv.list({ prefix }));
    return all.sort((a, b) => a.versionstamp < b.versionstamp ? -1 : 1)
      .map(({ key }) => key);
  }
}

/** An entry as it is remembered, and how many bytes that takes. */
const frozen = ({ value }: Deno.KvEntryMaybe<Uint8Array>) =>
  value === null
    ? { value: undefined }
    : { value: deepFreeze(parse(value)), bytes: value.length };
