// One push on its way into the space: which of its mutations are in, and what comes next.
import {
  type ClientGroup,
  type ClientGroups,
  readClients,
  type Stamped,
  today,
} from "./client_group.ts";
import type { Domain, Mutator, User } from "./domain.ts";
import type { Draft } from "./draft.ts";
import {
  assertKey,
  CLIENT_COST,
  GROUP_COST,
  NO_COST,
  plus,
  TooLarge,
} from "./limits.ts";
import type { Guesses } from "./guesses.ts";
import { reject, runGuessing, runMutation } from "./mutation.ts";
import {
  type ClientStateNotFound,
  type Mutation,
  notYours,
  type Push,
  type SyncError,
} from "./protocol.ts";
import { Stale } from "./commit.ts";
import type { Space } from "./space.ts";
import type { Store } from "./store.ts";
import { type Source, Transaction } from "./transaction.ts";

/** How far an attempt got with a job; it counts only once the attempt is committed. */
export type Progress = {
  /** The first mutation that is not in. */
  next: number;
  /** What to answer once committed; absent when the draft is full. */
  answer?: ClientStateNotFound | SyncError | null;
  /** How many bytes its mutations write, about. */
  bytes: number;
  /** The entries that its mutations took to be absent. */
  guessed: string[];
};

const MAX_PREFETCHED = 200; // mutations; a commit seldom takes more

/** Runs a mutator for its reads alone: they are remembered for the attempt. It writes nothing. */
class PrefetchTransaction extends Transaction {
  constructor(space: Space, clientID: string, mutationID: number) {
    const source: Source = {
      async entry(key) {
        assertKey(key);
        return await space.entry(key);
      },
      entriesFrom() {
        // Lists are not remembered: to read one here would be to read it twice.
        throw new Error("A prefetch does not scan");
      },
    };
    super(source, clientID, mutationID);
  }

  override set(): Promise<void> {
    return Promise.resolve();
  }
}

/** What an app adds to a push. */
export type PushOptions = {
  /** Told how many bytes a commit has written for it, about. */
  onWritten?: (bytes: number) => void;
  /**
   * A key of the app's own, the same array for all pushes, that must be as the
   * app has found it: each commit of the push checks it.
   */
  check?: Deno.AtomicCheck;
};

export class PushJob<U extends User = User> {
  /** The first mutation that no commit has taken yet. */
  next = 0;
  /** Resolves once what the next mutations read is in memory. */
  prefetched: Promise<void> = Promise.resolve();
  readonly answer = Promise.withResolvers<ClientStateNotFound | null>();
  readonly #mutators: ReadonlyMap<string, Mutator>;
  /** The clients of the push, and each one's first mutation. */
  readonly #clients = new Map<string, number>();
  /** Whether numbers are missing between a client's mutations in the push itself. */
  #hasHole = false;
  /** The first mutation whose reads are looked up before the attempt, whatever it is. */
  #lookedUpFrom = 0;

  constructor(
    private readonly store: Store,
    private readonly groups: ClientGroups,
    private readonly guesses: Guesses,
    private readonly space: string,
    private readonly user: U,
    private readonly push: Push,
    domain: Domain<U>,
    private readonly options: PushOptions,
  ) {
    this.#mutators = new Map(Object.entries(domain.mutators(space, user)));
    const last = new Map<string, number>();
    for (const { clientID, id } of push.mutations) {
      const before = last.get(clientID);
      if (before === undefined) this.#clients.set(clientID, id);
      else if (id > before + 1) this.#hasHole = true;
      last.set(clientID, Math.max(before ?? 0, id));
    }
  }

  get groupID(): string {
    return this.push.clientGroupID;
  }

  get check(): Deno.AtomicCheck | undefined {
    return this.options.check;
  }

  onWritten(bytes: number): void {
    this.options.onWritten?.(bytes);
  }

  get userID(): string {
    return this.user.userID;
  }

  /**
   * Runs the next mutations once for their reads alone, all at the same time, so
   * that the attempt finds in memory what it would otherwise read one after the
   * other while other pushes wait. What they decide or throw counts for nothing.
   * Those whose reads may be guessed are left out: `spare` of them, as each
   * costs the commit a check.
   */
  async prefetch(space: Space, next: number, spare: number): Promise<void> {
    const { push: { mutations } } = this;
    this.#lookedUpFrom = next + spare;
    const runs = mutations.slice(next, next + MAX_PREFETCHED)
      .filter((each, i) => !this.#mayGuess(next + i, each))
      .map(async ({ name, args, clientID, id }) => {
        const tx = new PrefetchTransaction(space, clientID, id);
        await this.#mutators.get(name)?.(tx, args);
      });
    await Promise.allSettled([this.readRecords(), ...runs]);
  }

  #mayGuess(i: number, { name }: Mutation): boolean {
    return i < this.#lookedUpFrom && this.#mutators.has(name) &&
      this.guesses.allow(this.userID, name);
  }

  /**
   * Reads what is not remembered of the push's group, then of its clients. A
   * release that knows no guard deletes clients before their group or with it:
   * the other way round a group that is gone would stand for clients that are not.
   */
  async readRecords(): Promise<void> {
    const { groups, groupID } = this;
    await groups.group(groupID);
    await Promise.all(
      this.#clients.keys().map((each) => groups.client(groupID, each)),
    );
  }

  /** Drops what this process remembers of the push's group and its clients. */
  dropRemembered(): void {
    this.groups.forget(this.groupID);
  }

  /**
   * Adds mutations to a draft until all are in or it is full. For an answer that
   * only KV itself can justify it throws `Stale`, unless the attempt is `fresh`:
   * what is remembered was just read.
   */
  async addTo(draft: Draft, fresh: boolean): Promise<Progress> {
    const { user, groupID, next } = this;
    const { records } = draft;
    const nothing = { next, bytes: 0, guessed: [] };
    const known = records.group(groupID) ?? await this.groups.group(groupID);
    const group = known.value;
    if (
      group && (group.userID !== user.userID || group.space !== this.space)
    ) {
      if (!fresh) throw new Stale();
      return { ...nothing, answer: notYours() };
    }
    if (group?.lost) {
      if (!fresh) throw new Stale();
      return { ...nothing, answer: await this.#lost() };
    }

    await this.readRecords();
    const clients = new Map<string, Stamped<number>>();
    for (const clientID of this.#clients.keys()) {
      clients.set(clientID, await this.groups.client(groupID, clientID));
    }
    const done = (clientID: string) =>
      records.confirmed(groupID, clientID) ?? clients.get(clientID)!.value;

    if (this.#hasGap(done)) {
      if (!fresh) throw new Stale();
      if (!draft.empty) return nothing; // the fence is a commit of its own
      const lost = { ...this.#group(), lost: true };
      records.setGroup(groupID, lost, known.versionstamp);
      return { ...nothing, answer: await this.#lost() };
    }
    return await this.#run(draft, known, clients, done, fresh);
  }

  /** Runs the mutations that are not in yet, in order, each on top of those before it. */
  async #run(
    draft: Draft,
    group: Stamped<ClientGroup | null>,
    clients: Map<string, Stamped<number>>,
    done: (clientID: string) => number,
    fresh: boolean,
  ): Promise<Progress> {
    const { user, groupID, push: { mutations } } = this;
    const { maxChecks } = this.store;
    const { records } = draft;
    const record = this.#group();
    const seen = group.value?.seenOn === record.seenOn;
    let bytes = 0;
    const guessed: string[] = [];
    for (let i = this.next; i < mutations.length; i++) {
      const mutation = mutations[i];
      const { id, clientID } = mutation;
      if (id <= done(clientID)) continue; // processed before
      const { versionstamp } = clients.get(clientID)!;
      // One that was not seen today may have been deleted by a release that
      // knows no guard: its record is written then, and so it is checked.
      const withGroup = !seen && !records.group(groupID);
      const withClient = records.confirmed(groupID, clientID) === undefined;
      const more = plus(
        withGroup ? GROUP_COST : NO_COST,
        withClient ? CLIENT_COST : NO_COST,
      );
      const mayGuess = this.#mayGuess(i, mutation);
      const left = maxChecks - plus(draft.cost, more).checks;
      if (mayGuess && left <= 0 && !draft.empty) {
        return { next: i, bytes, guessed };
      }
      const run = mayGuess
        ? await runGuessing(draft, this.#mutators, mutation, left)
        : undefined;
      if (run?.isGuess && !run.staged) {
        this.guesses.inVain(mutation.name);
        // Others of its kind would read one after the other.
        await this.prefetch(draft.space, i, 0);
      }
      let staged = run?.staged ??
        await runMutation(draft, this.#mutators, user, mutation);
      if (!draft.fits(staged, more, maxChecks)) {
        if (!draft.empty) return { next: i, bytes, guessed };
        const reason = new TooLarge("This is more than one commit can hold.");
        staged = await reject(draft, user, mutation, reason);
      }
      draft.add(staged);
      bytes += staged.cost.bytes;
      guessed.push(...staged.absent ?? []);
      records.confirm(groupID, clientID, id, versionstamp);
      if (withGroup) {
        records.setGroup(groupID, record, group.versionstamp);
      }
    }
    // Where nothing of it has run, nothing checks the record of the group.
    const isProven = fresh || seen || records.group(groupID);
    if (!isProven && mutations.length > 0) throw new Stale();
    return { next: mutations.length, answer: null, bytes, guessed };
  }

  /**
   * Whether a client has been told of mutations that we do not know: a pending
   * list begins right above the last one confirmed, so there is no other reason
   * for a gap than a store that was wiped or restored.
   */
  #hasGap(done: (clientID: string) => number): boolean {
    if (this.#hasHole) return true;
    return this.#clients.entries().some(([clientID, first]) =>
      first > done(clientID) + 1
    );
  }

  #group() {
    const { userID } = this.user;
    return { userID, space: this.space, seenOn: today() };
  }

  async #lost(): Promise<ClientStateNotFound> {
    const lastMutationIDs = await readClients(this.store.kv, this.groupID);
    return { error: "ClientStateNotFound", lastMutationIDs };
  }
}
