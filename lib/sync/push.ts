// Push: mutations come in, run in memory, and are committed in groups.
import { backoff, PATIENCE } from "./backoff.ts";
import type { ClientGroups } from "./client_group.ts";
import type { Domain, User } from "./domain.ts";
import { Draft } from "./draft.ts";
import { PushJob, Stale, type Step } from "./push_job.ts";
import { type ClientStateNotFound, type Push, SyncError } from "./protocol.ts";
import type { Space } from "./space.ts";
import type { Store } from "./write.ts";

/**
 * The pushes to one space in this process. Those that arrive while a commit is
 * under way go into the next one together (group commit: DeWitt et al.,
 * "Implementation Techniques for Main Memory Database Systems", 1984).
 */
export class PushQueue<U extends User> {
  #jobs: PushJob<U>[] = [];
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
    const { store, groups, space, domain } = this;
    const job = new PushJob(store, groups, space.name, user, push, domain);
    job.ready = job.scout(space, 0);
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
    const deadline = Date.now() + PATIENCE;
    let cause: unknown;
    let alone = false;
    for (let attempt = 0; attempt === 0 || Date.now() < deadline; attempt++) {
      await backoff(attempt);
      try {
        if (attempt === 0) await this.space.ready();
        else await this.space.refresh();
        if (await this.#attempt(attempt > 0, alone)) return;
      } catch (error) {
        if (error instanceof Stale) continue;
        // Of a commit that threw nobody knows whether it happened: the fresh
        // look before the next try finds out.
        cause = error;
        // One of the jobs is more than KV takes, though it was measured. It
        // must not take the others with it.
        if (!isTooMuch(error)) continue;
        if (alone) break;
        alone = true;
      }
    }
    console.error(`No commit to ${this.space.name}`, cause);
    const words = "The storage is busy.";
    const failure = new SyncError("unavailable", words, { cause });
    const failed = this.#jobs.splice(0, alone ? 1 : Infinity);
    for (const job of failed) job.answer.reject(failure);
  }

  /**
   * One try, with the first job only if it is `alone`; false when another
   * writer was faster. `fresh`: the version was just read, and what else there
   * is to know of these jobs is read anew.
   */
  async #attempt(fresh: boolean, alone: boolean): Promise<boolean> {
    const { space } = this;
    const jobs = alone ? this.#jobs.slice(0, 1) : [...this.#jobs];
    if (fresh) { for (const job of jobs) job.forget(); }
    if (!space.born) {
      if (!fresh) throw new Stale();
      const unknown = new SyncError("unknown-space", "There is no such space.");
      for (const job of this.#jobs.splice(0)) job.answer.reject(unknown);
      return true;
    }
    const draft = new Draft(space, this.store.collections(space.name));
    const steps = new Map<PushJob<U>, Step>();
    for (const job of jobs) {
      await job.ready;
      const step = await job.take(draft, fresh);
      steps.set(job, step);
      if (step.answer !== undefined) continue;
      job.ready = job.scout(space, step.next); // while this is committed
      break; // full
    }
    if (draft.empty) {
      // No commit will prove what is remembered of these clients.
      if (!fresh) throw new Stale();
    } else {
      const atomic = this.store.kv.atomic();
      const log = draft.addTo(atomic).map(({ entry }) => entry);
      const result = await atomic.commit();
      if (!result.ok) return false;
      // The answer can come late. If the space has moved on by then, so may
      // these records have, by a fence for one: they are read again.
      if (space.version === draft.base) {
        this.groups.committed(draft.records, result.versionstamp);
      } else for (const job of steps.keys()) job.forget();
      space.advance(draft.base, log, result.versionstamp);
    }
    this.#settle(steps);
    return true;
  }

  #settle(steps: Map<PushJob<U>, Step>): void {
    for (const [job, { next, answer }] of steps) {
      const stuck = next === job.next;
      job.next = next;
      if (answer === undefined) {
        // It needs more than the others left of the commit: now it is first.
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

/**
 * Whether KV will never take that much. Its class says nothing: `database is
 * locked`, which passes, is a TypeError too.
 */
const isTooMuch = (error: unknown): boolean =>
  error instanceof TypeError && /\btoo (large|many)\b/i.test(error.message);
