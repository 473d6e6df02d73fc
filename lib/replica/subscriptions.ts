// Who is told of a copy's changes, whichever client it has by now.
import type { MutatorDefs } from "replicache";
import type { ReplicacheClient } from "./replicache_client.ts";
import type { Query } from "./replica.ts";

export class Subscriptions<M extends MutatorDefs> {
  #client!: ReplicacheClient<M>;
  readonly #starts = new Set<() => void>();

  /** Asks this client from now on, the one before it is no more. */
  moveTo(client: ReplicacheClient<M>): void {
    this.#client = client;
    for (const start of this.#starts) start();
  }

  /** Calls back with the answer now, and again whenever it changes; returns the end of it. */
  add<T>(body: Query<T>, onChange: (result: T) => void): () => void {
    let end = () => {};
    const start = () => {
      end();
      // Replicache deep-freezes what it hands out, and its type says so; our
      // queries return fresh arrays and the entries in them unchanged.
      end = this.#client.subscribe(body as Query<never>, onChange);
    };
    start();
    this.#starts.add(start);
    return () => {
      this.#starts.delete(start);
      end();
    };
  }
}
