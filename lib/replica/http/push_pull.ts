// Replicache's pusher and puller: a push goes out in slices, and what a pull confirms leaves the outbox first.
import type { Puller, PullerResult, Pusher } from "replicache";
import { NoAnswerError, type Transport } from "./transport.ts";
import type { LastMutationIDs, Outbox } from "../outbox/outbox.ts";
import type { PullWindow } from "../pull_window.ts";
import type { Wanted } from "../server.ts";

/** Of one request: the server takes no more clients, and 8 MiB. Each visit without a network is a client. */
const MAX_MUTATIONS_PER_PUSH = 500;
const MAX_CLIENTS_PER_PUSH = 100;
export const MAX_BYTES_PER_PUSH = 512_000;

/** `Transport` gives back no other answer. */
const OK = { httpRequestInfo: { httpStatusCode: 200, errorMessage: "" } };

type PushRequest = Parameters<Pusher>[0];
type PullRequest = Parameters<Puller>[0];
type Mutations = readonly { clientID: string }[];

/** Told of each group that the server has forgotten, before Replicache is. */
export type OnGroupLost = (
  groupID: string,
  confirmed: LastMutationIDs,
) => Promise<void>;

/**
 * A pusher that sends slices, one after the other, and stops at the first that
 * fails: after a 200 Replicache would send no remainder. It sees the pushes of
 * Replicache's mutation recovery as well, of other groups and of dead clients.
 */
export function createPusher(
  transport: Transport,
  url: string,
  onGroupLost: OnGroupLost,
): Pusher {
  return async (request) => {
    const { mutations, ...envelope } = request as PushRequest & {
      clientGroupID: string;
      mutations: Mutations;
    };
    for (const slice of slicesOf(mutations)) {
      const head = JSON.stringify(envelope).slice(0, -1);
      const body = await transport.post(url, `${head},"mutations":[${slice}]}`);
      if (body?.error === "ClientStateNotFound") {
        await onGroupLost(envelope.clientGroupID, body.lastMutationIDs);
        return { ...OK, response: body };
      }
      // Our server says nothing else; a network that one has yet to sign in to
      // may, and has taken nothing.
      if (JSON.stringify(body) !== "{}") {
        throw new NoAnswerError(`No answer from ${url}`);
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
    const isFull = slice.length === MAX_MUTATIONS_PER_PUSH ||
      clientIDs.size > MAX_CLIENTS_PER_PUSH ||
      size + bytes > MAX_BYTES_PER_PUSH;
    if (isFull && size > 0) {
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
  transport: Transport,
  url: (wanted: Wanted) => string,
  { window, outbox, pusher, onGroupLost }: {
    window: PullWindow;
    outbox: Outbox;
    pusher: Pusher;
    onGroupLost: OnGroupLost;
  },
): Puller {
  return async (request, requestID) => {
    const { clientGroupID: groupID } = request as { clientGroupID: string };
    // What this answer may not fall behind; another tab may be told more now.
    const before = new Map(
      Object.entries((await outbox.group(groupID))?.lastMutationIDs ?? {}),
    );
    const { wanted } = window;
    const body = window.take(groupID, request.cookie) ??
      await transport.post(url(wanted), JSON.stringify(request));
    if (body.error === "ClientStateNotFound") {
      await onGroupLost(groupID, body.lastMutationIDs);
      return { ...OK, response: body };
    }
    const changes = Object.entries<number>(body.lastMutationIDChanges);
    const fallen = changes.find(([clientID, id]) =>
      id < (before.get(clientID) ?? 0)
    );
    if (fallen) {
      // Replicache would throw at this, now and on every pull.
      return await fenceOff(pusher, request, requestID, fallen[0]);
    }
    if (changes.length > 0) {
      await outbox.confirm(groupID, body.lastMutationIDChanges);
    }
    window.pulled = { ...wanted, ...body.cookie };
    return { ...OK, response: body };
  };
}

/**
 * Has the server fence a group off that it has half forgotten: a mutation far
 * ahead of a client's shows it that it forgot. The answer is that of a pull, too.
 */
function fenceOff(
  pusher: Pusher,
  request: PullRequest,
  requestID: string,
  clientID: string,
): Promise<PullerResult> {
  const { profileID, schemaVersion, clientGroupID } = request as
    & PullRequest
    & { clientGroupID: string };
  const id = Number.MAX_SAFE_INTEGER;
  return pusher({
    pushVersion: 1,
    clientGroupID,
    profileID,
    schemaVersion,
    mutations: [{ id, clientID, name: "", args: null, timestamp: 0 }],
  }, requestID) as Promise<PullerResult>;
}
