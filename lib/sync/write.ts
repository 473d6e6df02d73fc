// Write: a change from the server itself, one atomic commit over several spaces.
import type { WriteTransaction } from "replicache";
import { type Attempt, Final, retryCommit } from "./commit.ts";
import { Draft } from "./draft.ts";
import { fits, plus, TooLarge } from "./limits.ts";
import { keys } from "./keys.ts";
import { readLog, type StoredLogEntry } from "./log.ts";
import { outdated, SyncError } from "./protocol.ts";
import type { Space } from "./space.ts";
import type { Store } from "./store.ts";
import { Transaction } from "./transaction.ts";

/**
 * Changes several spaces at once: `fn` is given a transaction for each, in the
 * order of `spaces`, and what it sets is committed in all of them or in none. A
 * space that did not exist is born by the first entry set in it. `fn` may run
 * several times; what it throws is thrown on, and nothing is changed. Throws an
 * `unavailable` error when storage is away. The commit checks `check`, a key of
 * the app's own: when it is another, `outdated` is thrown, and nothing changes.
 */
export function write<T>(
  store: Store,
  spaces: readonly Space[],
  fn: (...txs: WriteTransaction[]) => Promise<T>,
  check?: Deno.AtomicCheck,
): Promise<T> {
  return commitDrafts(store, spaces, async (drafts) => {
    if (check) await assertChecked(store.kv, drafts, check);
    try {
      const txs = drafts.map((draft) => new Transaction(draft));
      const result = await fn(...txs);
      for (const [i, draft] of drafts.entries()) {
        draft.assertReadsSucceeded();
        draft.add(await draft.stage(txs[i].written));
      }
      return result;
    } catch (error) {
      for (const draft of drafts) draft.assertReadsSucceeded();
      throw new Final(error); // the caller's own, and no failure of storage
    }
  });
}

/** Has the commit check a key of the app's own. It is looked at, too: a commit that fails does not say why, and a write may need none. */
async function assertChecked(
  kv: Deno.Kv,
  drafts: Draft[],
  check: Deno.AtomicCheck,
): Promise<void> {
  const { versionstamp } = await kv.get(check.key);
  if (versionstamp !== check.versionstamp) throw outdated();
  for (const draft of drafts) draft.checkAlso(check);
}

/** An error that was thrown on purpose, as a value; a failure of storage is thrown on. */
function asFinal(error: unknown): Final {
  if (error instanceof Final) return error;
  if (error instanceof SyncError) return new Final(error);
  throw error;
}

type Prepared<T> = {
  atomic: Deno.AtomicOperation;
  parts: { draft: Draft; log: StoredLogEntry[] }[];
  result: T;
};

/**
 * Commits what `fill` puts into a draft for each of the spaces: in all of them,
 * as they were when their drafts were begun, or in none. Tries again, drafts
 * and all, when another writer was faster or storage failed. A commit that
 * threw may have happened: its mark in the log tells.
 */
export async function commitDrafts<T>(
  store: Store,
  spaces: readonly Space[],
  fill: (drafts: Draft[]) => Promise<T>,
): Promise<T> {
  if (new Set(spaces).size < spaces.length) {
    throw new RangeError("Each space once: it would wait for itself.");
  }
  const { kv, maxChecks } = store;
  const unknown: Prepared<T>[] = [];
  // Always in the same order, so that two of these never wait for each other.
  const leave: (() => void)[] = [];
  for (const space of [...spaces].sort(byName)) leave.push(await space.lock());
  try {
    return await retryCommit(spaces, attempt);
  } finally {
    for (const each of leave) each();
  }

  async function attempt(): Promise<Attempt<T>> {
    for (const each of unknown) {
      if (await happened(kv, each)) return { value: each.result };
    }
    const drafts = begin();
    const filled = await fill(drafts).catch(asFinal);
    if (filled instanceof Final || drafts.every(({ empty }) => empty)) {
      // Without a commit nothing proves what this was decided on.
      if (!await areCurrent(kv, drafts)) return null;
      if (filled instanceof Final) throw filled;
      return { value: filled };
    }
    const prepared = prepare(drafts, filled);
    unknown.push(prepared);
    const result = await prepared.atomic.commit();
    if (!result.ok) {
      unknown.pop();
      return null;
    }
    for (const { draft } of prepared.parts) {
      draft.committed(result.versionstamp);
    }
    return { value: prepared.result };
  }

  function begin(): Draft[] {
    return spaces.map((space) => new Draft(space, store));
  }

  function prepare(drafts: Draft[], result: T): Prepared<T> {
    const atomic = kv.atomic();
    const changed = drafts.filter((draft) => !draft.empty);
    const cost = drafts.map((draft) => draft.cost)
      .reduce((sum, each) => plus(sum, each));
    if (!fits(cost, maxChecks)) {
      throw new Final(new TooLarge("This is more than one commit can hold."));
    }
    // A space that was only read is checked as well.
    for (const draft of drafts) if (draft.empty) draft.addCheckTo(atomic);
    const parts = changed.map((draft) => ({ draft, log: draft.addTo(atomic) }));
    return { atomic, parts, result };
  }
}

/** Whether the spaces are still as their drafts found them. */
async function areCurrent(kv: Deno.Kv, drafts: Draft[]): Promise<boolean> {
  const found = await kv.getMany(
    drafts.map(({ space }) => keys.version(space.name)),
  );
  return drafts.every(({ versionstamp }, i) =>
    found[i].versionstamp === versionstamp
  );
}

/** Whether a commit of unknown outcome is in the log after all. */
async function happened<T>(
  kv: Deno.Kv,
  { parts: [{ draft, log }] }: Prepared<T>,
): Promise<boolean> {
  const version = draft.base + 1;
  const found = await readLog(kv, draft.space.name, version, version);
  return found?.[0].mark === log[0].entry.mark;
}

const byName = (a: Space, b: Space) => a.name < b.name ? -1 : 1;
