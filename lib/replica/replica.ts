// What a replica is to an island: a copy of a space, its status, and its options.
import type { ReadonlySignal } from "@preact/signals";
import type { MutatorDefs, ReadTransaction, Replicache } from "replicache";
import type { Creation, PauseReason } from "./http/transport.ts";
import type { WithEngineMutators } from "./outbox/mutation_runner.ts";
import type { UnsentMutation } from "./outbox/outbox_database.ts";
import type { Gap } from "./pull_window.ts";
import type { Around, Server } from "./server.ts";

/** What a person should know of the copy: is it connected, and what has not been sent. */
export type Status = {
  /** Whether the server answered last. */
  online: boolean;
  /** Whether a push or pull is under way. */
  syncing: boolean;
  /** Whether the copy has been in step with the server since it was opened; until then it is as an earlier visit left it, or empty. */
  fresh: boolean;
  /** How many mutations the server has not confirmed yet, those of other and of closed tabs too. */
  unsent: number;
  /** Whether nothing of it is on the disk, as the browser refuses that, or the disk failed at its opening. */
  inMemory?: boolean;
  /** Whether some of what is unsent is in this page alone, as the disk does not take it now: it is tried again. */
  unstored?: boolean;
  /** Why nothing goes out or comes in until a person does something. */
  paused?: PauseReason;
};

export type ReplicaOptions<M extends MutatorDefs> = {
  server: Server;
  /** Whom the copy belongs to; two people on one device never share one. */
  userID: string;
  space: string;
  mutators: M;
  /** How many of the newest members of a windowed collection to hold. */
  window?: number;
  /** Makes the space, where the server may not have it yet. */
  creation?: Creation;
};

export type Query<T> = (tx: ReadTransaction) => Promise<T>;

export interface Replica<M extends MutatorDefs> {
  readonly status: ReadonlySignal<Status>;
  /** Resolves once the mutation shows; it is on the disk by then, unless the status says that it is not. */
  readonly mutate: Replicache<WithEngineMutators<M>>["mutate"];
  query<T>(body: Query<T>): Promise<T>;
  /** Calls back with the answer now, and again whenever it changes; returns the end of it. */
  subscribe<T>(body: Query<T>, onChange: (result: T) => void): () => void;
  /**
   * Asks for the newest `window` members of each windowed collection, from now
   * on. Resolves once the copy has them; rejects when the server does not answer.
   */
  widen(window: number): Promise<void>;
  /**
   * Asks for members of a windowed collection next to one, or to an order, on
   * both sides of it, as many as the server brings at once. Resolves once the
   * copy has them; rejects when the server does not answer.
   */
  bring(around: Around): Promise<void>;
  /**
   * Asks again for what `bring` has brought, where the copy of another tab,
   * which lacks it, has taken the place of this one's. Resolves with whether
   * that was so, once there is an answer, or none.
   */
  restore(): Promise<boolean>;
  /**
   * What the copy lacks of the windowed collection of a prefix, the newest
   * first; undefined before the first pull.
   */
  gaps(prefix: string): Promise<Gap[] | undefined>;
  /** The version of the space that the copy holds; undefined before the first pull. */
  version(): Promise<number | undefined>;
  /**
   * Resolves once what the copy holds by now is on the disk, where the next
   * visit finds it; by itself that takes a second or two.
   */
  persist(): Promise<void>;
  /** What the server has not confirmed, oldest first. */
  unsent(): Promise<Pick<UnsentMutation, "name" | "args" | "timestamp">[]>;
  /** Tries again after a pause, as when one has signed in again. */
  resume(): void;
  /** Throws away what is unsent, and the copy: what the server has is fetched anew. */
  discardUnsent(): Promise<void>;
  close(): Promise<void>;
}
