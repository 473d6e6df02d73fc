// Has the server fence a group off that it has half forgotten.
import type { Puller, PullerResult, Pusher } from "replicache";

type PullRequest = Parameters<Puller>[0];

/** A mutation far ahead of a client's has the server see that it forgot. The answer is that of a pull, too. */
export function fenceOff(
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
