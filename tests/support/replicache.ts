// The real Replicache client without a browser: memory for IndexedDB, a cookie for a session.
import type { MutatorDefs, ReadTransaction, Replicache } from "replicache";
import { eventsOf } from "./events.ts";
import type { Person } from "./person.ts";

/** A real client of one space, kept in step by the real poke stream. */
export interface Replicant<M extends MutatorDefs> {
  rep: Replicache<M>;
  /** Resolves once a query's answer passes a check. */
  until<T>(
    query: (tx: ReadTransaction) => Promise<T>,
    check: (result: T) => boolean,
  ): Promise<T>;
  close(): Promise<void>;
}

/** Opens a client of a space for a person who is signed in. Import of Replicache needs `env`. */
export async function openReplicant<M extends MutatorDefs>(
  person: Person,
  space: string,
  mutators: M,
): Promise<Replicant<M>> {
  const { Replicache } = await import("replicache");
  quietChannels();
  const post = async (name: string, body: unknown) => {
    const response = await person.fetch(
      `/api/replicache/${name}?space=${space}`,
      {
        method: "POST",
        body: JSON.stringify(body),
        headers: {
          "content-type": "application/json",
          authorization: person.userID,
        },
      },
    );
    const text = await response.text();
    const ok = response.status === 200;
    return {
      response: ok ? JSON.parse(text) : undefined,
      httpRequestInfo: {
        httpStatusCode: response.status,
        errorMessage: ok ? "" : text,
      },
    };
  };
  const rep = new Replicache<M>({
    name: `${person.userID}/${space}/${crypto.randomUUID()}`,
    kvStore: "mem",
    schemaVersion: "1",
    mutators,
    pullInterval: null,
    pushDelay: 0,
    logLevel: "error",
    pusher: async (body) => {
      const { response, httpRequestInfo } = await post("push", body);
      return "error" in (response ?? {})
        ? { response, httpRequestInfo }
        : { httpRequestInfo };
    },
    puller: (body) => post("pull", body),
  });

  const path = `/api/replicache/poke?space=${space}`;
  const reader = (await person.fetch(path)).body!.getReader();
  const listening = (async () => {
    for await (const { event } of eventsOf(reader)) {
      if (event !== "poke" || rep.closed) continue;
      rep.pull({ now: true }).catch((error) => {
        if (!rep.closed) throw error;
      });
    }
  })();
  return {
    rep,
    until: (query, check) => {
      const { promise, resolve } = Promise.withResolvers<
        Awaited<ReturnType<typeof query>>
      >();
      const end = rep.subscribe(
        query as (tx: ReadTransaction) => Promise<never>,
        (result) => {
          if (!check(result)) return;
          resolve(result);
          queueMicrotask(() => end());
        },
      );
      return promise;
    },
    async close() {
      await reader.cancel();
      await listening;
      await rep.close();
    },
  };
}

/**
 * In Deno, once one replica of a process is closed, the next one's persist
 * throws in `BroadcastChannel.postMessage`; these clients share nothing anyhow.
 */
function quietChannels(): void {
  BroadcastChannel.prototype.postMessage = () => {};
}
