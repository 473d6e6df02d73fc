// Push: mutations come in, run in memory, and are committed in groups.
import { setImmediate } from "node:timers";
import { setImmediate as turn } from "node:timers/promises";
import type { ClientGroups } from "./client_group.ts";
import { coalesce } from "./coalesce.ts";
import { type Attempt, type Basis, retryCommit, Stale } from "./commit.ts";
import type { Domain, User } from "./domain.ts";
import { Draft } from "./draft.ts";
import { Guesses } from "./guesses.ts";
import { BASE_COST, CHECK_COST, plus, times } from "./limits.ts";
import {
  type ClientStateNotFound,
  outdated,
  type Push,
  SyncError,
  unknownSpace,
} from "./protocol.ts";
import { type Progress, PushJob, type PushOptions } from "./push_job.ts";
import type { Space } from "./space.ts";
import type { Store } from "./store.ts";

/**
 * The pushes to one space in this process. Those that arrive while a commit is
 * under way go into the next one together (group commit: DeWitt et al.,
 * "Implementation Techniques for Main Memory Database Systems", 1984).
 */
export class PushQueue<U extends User> {
  #jobs: PushJob<U>[] = [];
  readonly #guesses = new Guesses();
  readonly #commitAll = coalesce(async () => {
    await turn(); // others may push at the same time
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
   * sends again, and what was committed is skipped. It is `outdated` when the key
   * of its `check` is another.
   */
  push(
    user: U,
    push: Push,
    options: PushOptions,
  ): Promise<ClientStateNotFound | null> {
    const { store, groups, space, domain } = this;
    const job = new PushJob(
      store,
      groups,
      this.#guesses,
      space.name,
      user,
      push,
      domain,
      options,
    );
    job.prefetched = job.prefetch(
      space,
      0,
      this.#spareChecks(this.#jobs.length),
    );
    this.#jobs.push(job);
    this.#commitAll();
    return job.answer.promise;
  }

  /** How many guesses a commit can check for a job behind so many others, if each of those takes one. */
  #spareChecks(before: number): number {
    const { checks } = plus(BASE_COST, times(CHECK_COST, 2)); // guard and `check`
    return Math.max(0, this.store.maxChecks - checks - before);
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
        (basis) => this.#attempt(basis, alone),
        {
          memories: [this.groups],
          mayRetry: (error) => {
            // One of the jobs exceeds KV's limits although its estimated cost
            // fitted. It must not take the others with it.
            if (!isTooMuch(error)) return true;
            const wasAlone = alone;
            alone = true;
            return !wasAlone;
          },
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
   * One attempt, with the first job only if it is `alone`. For a fresh one, what
   * is remembered of the jobs' clients is dropped.
   */
  async #attempt(basis: Basis, alone: boolean): Promise<Attempt<void>> {
    const fresh = basis === "fresh";
    const { space, groups } = this;
    const { maxChecks, kv } = this.store;
    const waiting = alone ? this.#jobs.slice(0, 1) : [...this.#jobs];
    const jobs = basis === "remembered"
      ? waiting
      : await this.#rejectOutdated(waiting);
    if (jobs.length === 0) return DONE;
    if (!space.born) {
      if (!fresh) throw new Stale();
      for (const job of this.#jobs.splice(0)) job.answer.reject(unknownSpace());
      return DONE;
    }
    const { guard } = groups;
    if (fresh) jobs.forEach((job) => job.dropRemembered());
    // Not one job after the other: under another guard all records are read again.
    const first = jobs.slice(0, MAX_READ_AHEAD);
    await Promise.all(first.map((job) => job.readRecords()));
    if (!space.born) throw new Stale();
    const draft = new Draft(space, this.store, guard);
    const progress = new Map<PushJob<U>, Progress>();
    for (const job of jobs) {
      await job.prefetched;
      if (job.check) {
        if (!draft.mayCheck(job.check, maxChecks)) break; // full
        if (!draft.checkAlso(job.check)) throw new Stale();
      }
      const reached = await job.addTo(draft, fresh);
      progress.set(job, reached);
      if (reached.answer !== undefined) continue;
      // While this is committed.
      job.prefetched = job.prefetch(space, reached.next, this.#spareChecks(0));
      break; // full
    }
    if (draft.empty) {
      // No commit will prove what is remembered of these clients.
      if (!fresh) throw new Stale();
    } else {
      const atomic = kv.atomic();
      draft.addTo(atomic, maxChecks - draft.cost.checks);
      const result = await atomic.commit();
      if (!result.ok) {
        // Their records were checked; another may stand there now.
        const written = draft.records.groups().keys();
        for (const groupID of written) groups.forget(groupID);
        await this.#lookAtGuesses(progress);
        return null;
      }
      this.store.measure?.commit?.(progress.size);
      this.#settle(progress);
      // The answer can come late. If the space has moved on by then, so may
      // these records have, by a fence for one; the log has named them.
      const isNext = space.version === draft.base;
      draft.committed(result.versionstamp);
      if (isNext) {
        groups.committed(draft.records, result.versionstamp, guard);
      }
      return DONE;
    }
    this.#settle(progress);
    return DONE;
  }

  /** Rejects those of the jobs for which the app has to decide anew; gives back the others. */
  async #rejectOutdated(jobs: PushJob<U>[]): Promise<PushJob<U>[]> {
    const now = new Map<Deno.KvKey, string | null>();
    for (const { check } of jobs) if (check) now.set(check.key, null);
    for (const key of now.keys()) {
      now.set(key, (await this.store.kv.get(key)).versionstamp);
    }
    return jobs.filter((job) => {
      const { check } = job;
      if (!check || now.get(check.key) === check.versionstamp) return true;
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
      job.answer.reject(outdated());
      return false;
    });
  }

  /** After a commit that failed: KV does not say which of its checks did. */
  async #lookAtGuesses(progress: Map<PushJob<U>, Progress>): Promise<void> {
    const looks: Promise<void>[] = [];
    for (const [{ userID }, { guessed }] of progress) {
      for (const key of guessed) {
        const look = async () => {
          const value = await this.space.entry(key);
          if (value !== undefined) this.#guesses.failed(userID);
        };
        looks.push(look());
      }
    }
    await Promise.all(looks);
  }

  /**
   * Answers the jobs that are done, and puts the others where their turn is.
   * Where some wait, their commit begins before the answers are made, which
   * takes as long, but waits for nothing first that has to be read.
   */
  #settle(progress: Map<PushJob<U>, Progress>): void {
    const answers: (() => void)[] = [];
    for (const [job, { next, answer, bytes }] of progress) {
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
      answers.push(() => {
        if (answer instanceof SyncError) job.answer.reject(answer);
        else job.answer.resolve(answer);
      });
    }
    const answerAll = () => answers.forEach((each) => each());
    if (this.#jobs.length > 0) setImmediate(answerAll);
    else answerAll();
  }
}

const DONE: Attempt<void> = { value: undefined };
const MAX_READ_AHEAD = 200; // jobs whose records are read at once; a commit seldom takes more

/**
 * Whether KV will never take that much. Its class says nothing: `database is
 * locked`, which passes, is a TypeError too.
 */
const isTooMuch = (error: unknown): boolean =>
  error instanceof TypeError && /\btoo (large|many)\b/i.test(error.message);
