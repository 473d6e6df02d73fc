// Push: mutations come in, run in memory, and are committed in groups.
import { backoff, TRIES } from "./backoff.ts";
import {
  type ClientGroups,
  readClients,
  type Stamped,
  today,
} from "./client_group.ts";
import type { Domain, Mutator, User } from "./domain.ts";
import { Draft } from "./draft.ts";
import { TooLarge } from "./limits.ts";
import { reject, runMutation } from "./mutation.ts";
import {
  type ClientStateNotFound,
  type Mutation,
  type Push,
  SyncError,
} from "./protocol.ts";
import { deepFreeze, type Space } from "./space.ts";
import type { Store } from "./write.ts";

/** A push on its way: `next` is the first of its mutations that no commit has taken yet. */
type Job<U extends User> = {
  user: U;
  push: Push;
  next: number;
  mutators: Record<string, Mutator>;
  answer: PromiseWithResolvers<ClientStateNotFound | null>;
};

/** How far an attempt got with a job; it counts only once the attempt is committed. */
type Step = {
  next: number;
  /** What to answer once committed; absent when mutations are left over. */
  answer?: ClientStateNotFound | SyncError | null;
};

/** What we remember contradicts the push: KV has to be asked. */
class Stale extends Error {}

/**
 * The pushes to one space in this process. Those that arrive while a commit is
 * under way go into the next one together (group commit: DeWitt et al.,
 * "Implementation Techniques for Main Memory Database Systems", 1984).
 */
export class PushQueue<U extends User> {
  readonly #jobs: Job<U>[] = [];
  #draining = false;

  constructor(
    private readonly store: Store,
    private readonly space: Space,
    private readonly domain: Domain<U>,
    private readonly groups: ClientGroups,
  ) {}

  /**
   * Resolves once every mutation of the push is committed or refused for good
   * (null), or its group is lost. Rejects with a `SyncError`; then the client
   * sends again, and what was committed is skipped.
   */
  push(user: U, push: Push): Promise<ClientStateNotFound | null> {
    deepFreeze(push); // a mutator may run again, on the very same args
    const job: Job<U> = {
      user,
      push,
      next: 0,
      mutators: this.domain.mutators(this.space.name, user),
      answer: Promise.withResolvers(),
    };
    this.#jobs.push(job);
    this.#drain();
    return job.answer.promise;
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#jobs.length > 0) {
      const leave = await this.space.enter();
      try {
        await this.#commitNext();
      } finally {
        leave();
      }
    }
    this.#draining = false;
  }

  /** Commits as much of the waiting jobs as one commit takes, however often it has to try. */
  async #commitNext(): Promise<void> {
    let cause: unknown;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      await backoff(attempt);
      try {
        if (attempt === 0) await this.space.ready();
        else await this.#readAfresh();
        if (await this.#attempt(attempt > 0)) return;
      } catch (error) {
        // Of a commit that threw nobody knows whether it happened: the fresh
        // look before the next try finds out.
        if (!(error instanceof Stale)) cause = error;
      }
    }
    console.error(`No commit to ${this.space.name} in ${TRIES} tries`, cause);
    const words = "The storage is busy.";
    const failure = new SyncError("unavailable", words, { cause });
    for (const job of this.#jobs.splice(0)) job.answer.reject(failure);
  }

  async #readAfresh(): Promise<void> {
    await this.space.refresh();
    for (const { push } of this.#jobs) {
      this.groups.forget(push.clientGroupID, clientIDsOf(push.mutations));
    }
  }

  /** One try; false when another writer was faster. `fresh`: what is known was just read. */
  async #attempt(fresh: boolean): Promise<boolean> {
    const { space } = this;
    if (!space.born) {
      if (!fresh) throw new Stale();
      const unknown = new SyncError("unknown-space", "There is no such space.");
      for (const job of this.#jobs.splice(0)) job.answer.reject(unknown);
      return true;
    }
    const draft = new Draft(space, this.store.collections(space.name));
    const steps = new Map<Job<U>, Step>();
    for (const job of [...this.#jobs]) {
      const step = await this.#take(draft, job, fresh);
      steps.set(job, step);
      if (step.answer === undefined) break; // full
    }
    if (!draft.empty) {
      const atomic = this.store.kv.atomic();
      const log = draft.addTo(atomic);
      const result = await atomic.commit();
      if (!result.ok) return false;
      this.groups.committed(draft.records, result.versionstamp);
      space.advance(
        draft.base,
        log.map(({ entry }) => entry),
        result.versionstamp,
      );
    }
    this.#settle(steps);
    return true;
  }

  #settle(steps: Map<Job<U>, Step>): void {
    for (const [job, { next, answer }] of steps) {
      job.next = next;
      if (answer === undefined) continue;
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
      if (answer instanceof SyncError) job.answer.reject(answer);
      else job.answer.resolve(answer);
    }
  }

  /** Takes a job's mutations into the draft, until all are in or it is full. */
  async #take(draft: Draft, job: Job<U>, fresh: boolean): Promise<Step> {
    const { user, push, next } = job;
    const { clientGroupID: groupID, mutations } = push;
    const { records } = draft;
    const known = records.group(groupID) ?? await this.groups.group(groupID);
    const group = known.value;
    if (
      group &&
      (group.userID !== user.userID || group.space !== this.space.name)
    ) {
      if (!fresh) throw new Stale();
      return { next, answer: notYours() };
    }
    if (group?.lost) return { next, answer: await this.#lost(groupID) };

    const clients = new Map<string, Stamped<number>>();
    for (const clientID of clientIDsOf(mutations.slice(next))) {
      clients.set(clientID, await this.groups.client(groupID, clientID));
    }
    const done = (clientID: string) =>
      records.confirmed(groupID, clientID) ?? clients.get(clientID)!.value;

    if (hasGap(mutations.slice(next), done)) {
      if (!fresh) throw new Stale();
      if (!draft.empty) return { next }; // the fence is a commit of its own
      const lost = {
        userID: user.userID,
        space: this.space.name,
        seenOn: today(),
        lost: true,
      };
      records.setGroup(groupID, lost, known.versionstamp);
      return { next, answer: await this.#lost(groupID) };
    }

    const seen = group?.seenOn === today();
    for (let i = next; i < mutations.length; i++) {
      const mutation = mutations[i];
      const { id, clientID } = mutation;
      if (id <= done(clientID)) continue;
      const more = Number(!seen && !records.group(groupID)) +
        Number(records.confirmed(groupID, clientID) === undefined);
      let staged = await runMutation(draft, job.mutators, user, mutation);
      if (!draft.fits(staged, more, this.store.maxChecks)) {
        if (!draft.empty) return { next: i };
        const reason = new TooLarge("This is more than one commit can hold.");
        staged = reject(draft, user, mutation, reason);
      }
      draft.take(staged);
      const { versionstamp } = clients.get(clientID)!;
      records.confirm(groupID, clientID, id, versionstamp);
      if (!seen && !records.group(groupID)) {
        const { userID } = user;
        const record = { userID, space: this.space.name, seenOn: today() };
        records.setGroup(groupID, record, known.versionstamp);
      }
    }
    return { next: mutations.length, answer: null };
  }

  async #lost(groupID: string): Promise<ClientStateNotFound> {
    const lastMutationIDs = await readClients(this.store.kv, groupID);
    return { error: "ClientStateNotFound", lastMutationIDs };
  }
}

const clientIDsOf = (mutations: readonly Mutation[]) =>
  new Set(mutations.map(({ clientID }) => clientID));

/**
 * Whether a client has been told of mutations that we do not know: a pending
 * list begins right above the last one confirmed, so there is no other reason
 * for a gap than a store that was wiped or restored.
 */
function hasGap(
  mutations: readonly Mutation[],
  done: (clientID: string) => number,
): boolean {
  const last = new Map<string, number>();
  for (const { clientID, id } of mutations) {
    const before = last.get(clientID) ?? done(clientID);
    if (id > before + 1) return true;
    last.set(clientID, Math.max(before, id));
  }
  return false;
}

/** The answer to whoever comes with a client group that belongs elsewhere. */
export const notYours = () =>
  new SyncError("forbidden", "That client group belongs to another replica.");
