// Recovers what dead clients left behind: sends their mutations, and drops the copies that no tab uses.
import { dropDatabase, makeIDBName, type Pusher } from "replicache";
import { SCHEMA_VERSION } from "../replicache_client.ts";
import { coalesce } from "../coalesce.ts";
import { liveClients } from "../local/live_clients.ts";
import type { Outbox, UnsentMutation } from "./outbox.ts";

/** The unsent mutations of a replica's dead clients: they go out before what is made since. */
export class Recovery {
  /** Whether there may be any; where the server has not answered, nobody knows. */
  #mayBeNeeded = true;

  constructor(
    private readonly replica: string,
    private readonly outbox: Outbox,
    private readonly push: Pusher,
  ) {}

  /** The same pusher, for what is made now: it waits its turn. */
  readonly pusher: Pusher = async (...request) => {
    if (this.#mayBeNeeded) await this.send();
    return await this.push(...request);
  };

  /**
   * Sends what dead clients have in the outbox, under the very IDs they gave
   * it, so that it counts once however many tabs send it. Replicache itself
   * sends only what it had brought to the disk, and only for groups that it can
   * join or recover. Every mutation of a client from the lowest that is
   * unconfirmed: a gap would tell the server that it has forgotten some.
   * `push` has marked what turned out to be lost when this resolves; rejects
   * with `NoAnswerError` when there is no answer.
   */
  readonly send = coalesce(async () => {
    this.#mayBeNeeded = true;
    const { clientIDs } = await liveClients(this.replica);
    const unsent = (await this.outbox.all())
      .filter(({ clientID }) => !clientIDs.has(clientID));
    if (unsent.length > 0) {
      await this.#push(unsent);
    }
    this.#mayBeNeeded = false;
  });

  async #push(unsent: UnsentMutation[]): Promise<void> {
    const groups = Map.groupBy(unsent, ({ groupID }) => groupID);
    for (const [clientGroupID, mutations] of groups) {
      if ((await this.outbox.group(clientGroupID))?.lost) continue;
      const { response } = await this.push({
        pushVersion: 1,
        schemaVersion: SCHEMA_VERSION,
        profileID: "",
        clientGroupID,
        mutations: mutations.map((
          { mutationID: id, clientID, name, args, timestamp },
        ) => ({ id, clientID, name, args, timestamp })),
      }, "");
      if (!response) await this.outbox.remove(mutations);
    }
  }
}

/** Drops the copies of past generations, oldest first, that no tab uses and of which nothing is unsent. */
export async function dropOldCopies(
  replica: string,
  outbox: Outbox,
): Promise<void> {
  const { current, dropped } = await outbox.generations();
  if (dropped === current) return;
  const { generations: inUse } = await liveClients(replica);
  const unsent = new Set((await outbox.all()).map((each) => each.generation));
  let next = dropped;
  while (next < current && !inUse.has(next) && !unsent.has(next)) {
    await dropDatabase(makeIDBName(`${replica}/${next}`, SCHEMA_VERSION));
    next++;
  }
  if (next === dropped) return;
  await outbox.change(["generations"], async (tx) => {
    const known = await outbox.generationsIn(tx);
    outbox.setGenerationsIn(tx, { ...known, dropped: next });
  });
}
