// Push: mutations come in, run in memory, and are committed in groups.
import type { ClientGroups } from "./client_group.ts";
import { coalesce } from "./coalesce.ts";
import { type Attempt, retryCommit, Stale } from "./commit.ts";
import type { Domain, User } from "./domain.ts";
import { Draft } from "./draft.ts";
import {
  type ClientStateNotFound,
  type Push,
  SyncError,
  unknownSpace,
} from "./protocol.ts";
import { type Progress, PushJob } from "./push_job.ts";
import type { Space } from "./space.ts";
import type { Store } from "./store.ts";

/**
 * The pushes to one space in this process. Those that arrive while a commit is
 * under way go into the next one together (group commit: DeWitt et al.,
 * "Implementation Techniques for Main Memory Database Systems", 1984).
 */
export class PushQueue<U extends User> {
  #jobs: PushJob<U>[] = [];
  readonly #commitAll = coalesce(async () => {
    while (this.#jobs.length > 0) await this.#commitNext();
  });

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
  push(
    user: U,
    push: Push,
    onWritten: (bytes: number) => void,
  ): Promise<ClientStateNotFound | null> {
    const { store, groups, space, domain } = this;
    const job = new PushJob(
      store,
      groups,
      space.name,
      user,
      push,
      domain,
      onWritten,
    );
    job.prefetched = job.prefetch(space, 0);
    this.#jobs.push(job);
    this.#commitAll();
    return job.answer.promise;
  }

  /**
   * Commits as much of the waiting jobs as one commit takes. A commit of unknown
   * outcome needs no rule of its own: each job skips what its clients'
   * lastMutationIDs say is in.
   */
  async #commitNext(): Promise<void> {
    const leave = await this.space.lock();
    let alone = false;
    try {
      await retryCommit(
        [this.space],
        (fresh) => this.#attempt(fresh, alone),
        (error) => {
          // One of the jobs exceeds KV's limits although its estimated cost
          // fitted. It must not take the others with it.
          if (!isTooMuch(error)) return true;
          const wasAlone = alone;
          alone = true;
          return !wasAlone;
        },
      );
    } catch (failure) {
      const failed = this.#jobs.splice(0, alone ? 1 : Infinity);
      for (const job of failed) job.answer.reject(failure);
    } finally {
      leave();
    }
  }

  /**
   * One attempt, with the first job only if it is `alone`. If it is `fresh`, the
   * version was just read, and what is remembered of the jobs' clients is
   * dropped.
   */
  async #attempt(fresh: boolean, alone: boolean): Promise<Attempt<void>> {
    const { space, groups } = this;
    const { collections, maxChecks, kv } = this.store;
    const jobs = alone ? this.#jobs.slice(0, 1) : [...this.#jobs];
    if (!space.born) {
      if (!fresh) throw new Stale();
      for (const job of this.#jobs.splice(0)) job.answer.reject(unknownSpace());
      return DONE;
    }
    if (fresh) {
      for (const job of jobs) job.dropRemembered();
      await Promise.all(jobs.map((job) => job.readRecords())); // and the guard
    }
    const guard = await groups.guard();
    if (!space.born) throw new Stale();
    const draft = new Draft(space, collections(space.name), guard);
    const progress = new Map<PushJob<U>, Progress>();
    for (const job of jobs) {
      await job.prefetched;
      const reached = await job.addTo(draft, fresh);
      progress.set(job, reached);
      if (reached.answer !== undefined) continue;
      job.prefetched = job.prefetch(space, reached.next); // while this is committed
      break; // full
    }
    if (draft.empty) {
      // No commit will prove what is remembered of these clients.
      if (!fresh) throw new Stale();
    } else {
      const atomic = kv.atomic();
      const log = draft.addTo(atomic, maxChecks - draft.cost.checks)
        .map(({ entry }) => entry);
      const result = await atomic.commit();
      if (!result.ok) return null;
      this.store.measure?.commit?.(progress.size);
      // The answer can come late. If the space has moved on by then, so may
      // these records have, by a fence for one; the log has named them.
      const isNext = space.version === draft.base;
      space.advance(draft.base, log, result.versionstamp);
      if (isNext) groups.committed(draft.records, guard, result.versionstamp);
    }
    this.#settle(progress);
    return DONE;
  }

  /** Answers the jobs that are done, and puts the others where their turn is. */
  #settle(progress: Map<PushJob<U>, Progress>): void {
    for (const [job, { next, answer, bytes = 0 }] of progress) {
      if (bytes > 0) job.onWritten(bytes);
      const stuck = next === job.next;
      job.next = next;
      if (answer === undefined) {
        // The others left too little of the commit for it: the next one begins with it.
        if (stuck) continue;
        // A long push lets the others go first, but never one of its own
        // group: what came later there must come later.
        const behind = this.#jobs.filter((each) =>
          each.groupID === job.groupID
        );
        const others = this.#jobs.filter((each) => !behind.includes(each));
        this.#jobs = [...others, ...behind];
        continue;
      }
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
      if (answer instanceof SyncError) job.answer.reject(answer);
      else job.answer.resolve(answer);
    }
  }
}

const DONE: Attempt<void> = { value: undefined };

/**
 * Whether KV will never take that much. Its class says nothing: `database is
 * locked`, which passes, is a TypeError too.
 */
const isTooMuch = (error: unknown): boolean =>
  error instanceof TypeError && /\btoo (large|many)\b/i.test(error.message);
