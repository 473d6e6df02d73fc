// Runs mutations again whose group the server has forgotten, and stores what is pending; loaded on use.
import type { MutatorDefs } from "replicache";
import type { hold } from "../local/web_locks.ts";
import type { ReplicacheClient } from "../replicache_client.ts";
import type { MutationRunner, WithEngineMutators } from "./mutation_runner.ts";
import type { Outbox, UnsentMutation } from "./outbox.ts";

/**
 * Runs what the server has forgotten again: in order, and each exactly once,
 * whichever tab does it and wherever that is cut off. `lock` is handed over, as a
 * second way to it would split the script in two.
 */
export async function rerunLost<M extends MutatorDefs>(
  outbox: Outbox,
  runner: MutationRunner<M>,
  client: ReplicacheClient<WithEngineMutators<M>>,
  lock: typeof hold,
): Promise<void> {
  const release = await lock(`replica/rescue/${outbox.replica}`);
  try {
    for (const lost of await outbox.lost()) {
      const { name, args } = lost;
      try {
        if (Object.hasOwn(client.mutate, name)) {
          await runner.run(client, name, args, lost);
        } else await leaveToServer(outbox, client.generation, lost);
      } catch (error) {
        reportError(error);
      }
    }
  } finally {
    release();
  }
}

/** A mutator that this app no longer has: as of a client that is dead, for the server to answer. */
async function leaveToServer(
  outbox: Outbox,
  generation: number,
  lost: UnsentMutation,
): Promise<void> {
  const { n: _, replica: __, ...mutation } = lost;
  await outbox.add({
    ...mutation,
    generation,
    groupID: randomID(),
    clientID: randomID(),
    mutationID: 1,
  }, lost);
}

/** There is no `randomUUID` on plain http. */
const randomID = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

/** Adds to the outbox what only this page's memory may hold. */
export async function addPending<M extends MutatorDefs>(
  outbox: Outbox,
  client: ReplicacheClient<M>,
): Promise<void> {
  const { ids } = client;
  const pending = await client.experimentalPendingMutations();
  const timestamp = Date.now();
  const own = pending.filter((each) => each.clientID === ids.clientID);
  await outbox.addMissing(own.map(({ id: mutationID, name, args }) => ({
    ...ids,
    mutationID,
    name,
    args,
    timestamp,
  })));
}
