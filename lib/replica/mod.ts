// An island's live copy of one space: the Replicache client, kept in step by pokes.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { MutatorDefs, ReadTransaction, Replicache } from "replicache";
import { ownAnd, type WithOwn } from "./mutators.ts";

export { type Rejection, rejectionsIn } from "./rejections.ts";

/** What a person should know of the copy: is it connected, and what has not been sent. */
export type Status = {
  /** Whether the server answered last. */
  online: boolean;
  /** Whether a push or pull is under way. */
  syncing: boolean;
  /** How many mutations the server has not confirmed yet. */
  unsent: number;
};

export type ReplicaOptions<M extends MutatorDefs> = {
  /** Whom the copy belongs to; two people on one device never share one. */
  userID: string;
  space: string;
  mutators: M;
  /** How many of the newest members of a windowed collection to hold. */
  window?: number;
};

export interface Replica<M extends MutatorDefs> {
  readonly status: ReadonlySignal<Status>;
  readonly mutate: Replicache<WithOwn<M>>["mutate"];
  query<T>(body: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  /** Calls back with the answer now, and again whenever it changes; returns the end of it. */
  subscribe<T>(
    body: (tx: ReadTransaction) => Promise<T>,
    onChange: (result: T) => void,
  ): () => void;
  close(): Promise<void>;
}

// Raise it when the shape of stored entries changes: an older tab then keeps
// its own copy instead of reading what it cannot.
const SCHEMA_VERSION = "1";

/**
 * Opens this browser's copy of a space and keeps it in step until closed.
 * Replicache is loaded on use: a page can show its HTML long before.
 */
export async function openReplica<M extends MutatorDefs>(
  options: ReplicaOptions<M>,
): Promise<Replica<M>> {
  const { Replicache } = await import("replicache");
  const { userID, space } = options;
  const status = signal<Status>({ online: true, syncing: false, unsent: 0 });
  const say = (news: Partial<Status>) => {
    status.value = { ...status.peek(), ...news };
  };

  const where = new URLSearchParams({ space });
  const pull = new URLSearchParams(where);
  if (options.window) pull.set("window", String(options.window));
  const rep = new Replicache<WithOwn<M>>({
    name: `${userID}/${space}`,
    auth: userID,
    schemaVersion: SCHEMA_VERSION,
    mutators: ownAnd(options.mutators),
    pushURL: `/api/replicache/push?${where}`,
    pullURL: `/api/replicache/pull?${pull}`,
    pullInterval: null, // the poke stream says when
    pushDelay: 0,
    logLevel: "error",
  });
  // The default would reload the page under the hands of whoever is writing.
  rep.onUpdateNeeded = null;
  rep.onOnlineChange = (online) => say({ online });
  rep.onSync = (syncing) => {
    say({ syncing });
    countUnsent();
  };

  let closed = false;
  async function countUnsent() {
    await rep.clientGroupID; // before its store is open, the next line throws
    if (closed) return;
    const pending = await rep.experimentalPendingMutations();
    say({ unsent: pending.length });
  }
  const unwatch = rep.experimentalWatch(countUnsent);

  // A failed sync backs off for up to a minute; these tell it not to wait.
  const sync = () => {
    rep.push({ now: true }).catch(ignoreClosed);
    rep.pull({ now: true }).catch(ignoreClosed);
  };
  function ignoreClosed(error: unknown) {
    if (!closed) throw error;
  }

  const hangUp = listen(`/api/replicache/poke?${where}`, sync, () => {
    rep.pull({ now: true }).catch(ignoreClosed);
  });
  const onVisible = () => document.hidden || sync();
  const onOffline = () => say({ online: false });
  addEventListener("online", sync);
  addEventListener("offline", onOffline);
  document.addEventListener("visibilitychange", onVisible);

  return {
    status,
    mutate: rep.mutate,
    query: (body) => rep.query(body),
    // Replicache deep-freezes what it hands out, and its type says so; our
    // queries return fresh arrays and the entries in them unchanged.
    subscribe: (body, onChange) =>
      rep.subscribe(body as (tx: ReadTransaction) => Promise<never>, onChange),
    async close() {
      closed = true;
      hangUp();
      removeEventListener("online", sync);
      removeEventListener("offline", onOffline);
      document.removeEventListener("visibilitychange", onVisible);
      unwatch();
      await rep.close();
    },
  };
}

/**
 * Keeps a poke stream open; returns the end of it. An EventSource comes back by
 * itself after a broken connection, but never after an answer other than 200.
 */
function listen(
  url: string,
  onOpen: () => void,
  onPoke: () => void,
): () => void {
  let stream: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    stream = new EventSource(url);
    stream.addEventListener("open", onOpen);
    stream.addEventListener("poke", onPoke);
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      // Spread, as whatever refused this one has refused many.
      timer = setTimeout(open, 2_000 + Math.random() * 4_000);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    stream.close();
  };
}
