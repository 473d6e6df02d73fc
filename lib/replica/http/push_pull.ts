// Replicache's pusher and puller: nothing confirmed is forgotten, nothing unsent passes away with an answer.
import type { Puller, Pusher } from "replicache";
import { type Transport, Unanswered } from "./transport.ts";
import type { LastMutationIDs, Outbox } from "../outbox/outbox.ts";

/**
 * The most mutations, clients, and bytes in one request. The server takes no
 * more clients and 8 MiB; each visit without a network is a client.
 */
const MOST = 500;
const MOST_CLIENTS = 100;
export const MOST_BYTES = 512_000;

/** The line gives back nothing else. */
const OK = { httpRequestInfo: { httpStatusCode: 200, errorMessage: "" } };

type PushRequest = Parameters<Pusher>[0];
type Mutations = readonly { clientID: string }[];

/** Told of each group that the server has forgotten, before Replicache is. */
export type OnLost = (
  groupID: string,
  confirmed: LastMutationIDs,
) => Promise<void>;

/**
 * A pusher that sends slices, one after the other, and stops at the first that
 * fails: after a 200 Replicache would send no remainder. It sees the pushes of
 * Replicache's mutation recovery as well, of other groups and of dead clients.
 */
export function createPusher(
  line: Transport,
  url: string,
  onLost: OnLost,
): Pusher {
  return async (request) => {
    const { mutations, ...envelope } = request as PushRequest & {
      clientGroupID: string;
      mutations: Mutations;
    };
    for (const slice of slicesOf(mutations)) {
      const head = JSON.stringify(envelope).slice(0, -1);
      const body = await line.post(url, `${head},"mutations":[${slice}]}`);
      if (body?.error === "ClientStateNotFound") {
        await onLost(envelope.clientGroupID, body.lastMutationIDs);
        return { ...OK, response: body };
      }
      // Our server says nothing else; a network that one has yet to sign in to
      // may, and has taken nothing.
      if (JSON.stringify(body) !== "{}") {
        throw new Unanswered(`Not our answer, from ${url}`);
      }
    }
    return OK;
  };
}

/** The JSON of mutations, as many together as one request takes; a large one goes alone. */
function* slicesOf(mutations: Mutations): Generator<string> {
  const encoder = new TextEncoder();
  let slice: string[] = [];
  let size = 0;
  const clientIDs = new Set<string>();
  for (const mutation of mutations) {
    const json = JSON.stringify(mutation);
    const bytes = encoder.encode(json).length + 1;
    clientIDs.add(mutation.clientID);
    const full = slice.length === MOST || clientIDs.size > MOST_CLIENTS ||
      size + bytes > MOST_BYTES;
    if (full && size > 0) {
      yield slice.join();
      [slice, size] = [[], 0];
      clientIDs.clear();
      clientIDs.add(mutation.clientID);
    }
    slice.push(json);
    size += bytes;
  }
  if (slice.length > 0) yield slice.join();
}

/**
 * A puller that settles the outbox before Replicache moves on: what a crash
 * interrupts comes again, as the cookie has not moved either.
 */
export function createPuller(
  line: Transport,
  url: () => string,
  { outbox, pusher, onLost }: {
    outbox: Outbox;
    pusher: Pusher;
    onLost: OnLost;
  },
): Puller {
  return async (request, requestID) => {
    const { clientGroupID: groupID } = request as { clientGroupID: string };
    // What this answer may not fall behind; another tab may be told more now.
    const before = (await outbox.group(groupID))?.lastMutationIDs ?? {};
    const body = await line.post(url(), JSON.stringify(request));
    if (body.error === "ClientStateNotFound") {
      await onLost(groupID, body.lastMutationIDs);
      return { ...OK, response: body };
    }
    const changes = Object.entries<number>(body.lastMutationIDChanges);
    const fallen = changes.find(([clientID, id]) => id < before[clientID]);
    if (fallen) {
      // Replicache would throw at this, now and on every pull. A mutation far
      // ahead has the server see that it forgot, and fence the group off.
      const [clientID] = fallen;
      const id = Number.MAX_SAFE_INTEGER;
      const { profileID, schemaVersion } = request;
      const ahead = { id, clientID, name: "", args: null, timestamp: 0 };
      return await pusher({
        ...{ clientGroupID: groupID, profileID, schemaVersion },
        pushVersion: 1,
        mutations: [ahead],
      }, requestID);
    }
    if (changes.length > 0) {
      await outbox.confirm(groupID, body.lastMutationIDChanges);
    }
    return { ...OK, response: body };
  };
}
