// The real Replicache client without a browser: memory for IndexedDB, a cookie for a session.
import type { MutatorDefs, ReadTransaction, Replicache } from "replicache";
import { eventsOf } from "./events.ts";
import type { Person } from "./person.ts";

const RETRY = 200; // ms
/** After failures Replicache waits for up to a minute unless told; nobody waits for tests. */
const MAX_DELAY = 1_000; // ms

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
    requestOptions: { maxDelayMs: MAX_DELAY },
    pusher: async (body) => {
      const { response, httpRequestInfo } = await post("push", body);
      return "error" in (response ?? {})
        ? { response, httpRequestInfo }
        : { httpRequestInfo };
    },
    puller: (body) => post("pull", body),
  });

  const orClosed = (error: unknown) => {
    if (!rep.closed) throw error;
  };
  const openStream = async () => {
    const path = `/api/replicache/poke?space=${space}`;
    const { status, body } = await person.fetch(path);
    if (status === 200) return body!.getReader();
    await body?.cancel();
    throw new TypeError(`The stream was answered ${status}.`);
  };
  let closing = false;
  let reader = await openStream();
  const listening = (async () => {
    while (!closing) {
      try {
        for await (const { event } of eventsOf(reader)) {
          if (event !== "poke" || rep.closed) continue;
          rep.pull({ now: true }).catch(orClosed);
        }
      } catch (error) {
        if (!isBroken(error)) throw error;
      }
      reader = await reopened(openStream, () => closing) ?? reader;
      if (closing) break;
      // As lib/replica does: whatever was in the way may be gone.
      rep.push({ now: true }).catch(orClosed);
      rep.pull({ now: true }).catch(orClosed);
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
      closing = true;
      await reader.cancel().catch(() => {}); // it may be broken
      await listening;
      await rep.close();
    },
  };
}

/** What `fetch` and a stream throw when the connection is gone. */
const isBroken = (error: unknown) =>
  error instanceof TypeError ||
  (error instanceof Error && /connection|body/i.test(error.message));

/** Opens a stream again as EventSource does: until it succeeds, or nobody wants it. */
async function reopened<T>(
  open: () => Promise<T>,
  unwanted: () => boolean,
): Promise<T | undefined> {
  while (!unwanted()) {
    try {
      return await open();
    } catch (error) {
      if (!isBroken(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

/**
 * In Deno, once one replica of a process is closed, the next one's persist
 * throws in `BroadcastChannel.postMessage`; these clients share nothing anyhow.
 */
function quietChannels(): void {
  BroadcastChannel.prototype.postMessage = () => {};
}
