// Recovers what dead clients left behind: sends their mutations, and drops the copies that no tab uses.
import { dropDatabase, makeIDBName, type Pusher } from "replicache";
import { SCHEMA_VERSION } from "../replicache_client.ts";
import { coalesce } from "../coalesce.ts";
import { liveClients } from "../local/live_clients.ts";
import { dropCopies, sendLeftovers } from "./leftovers.ts";
import type { Outbox } from "./outbox.ts";

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
      await sendLeftovers(unsent, this.outbox, this.push, SCHEMA_VERSION);
    }
    this.#mayBeNeeded = false;
  });
}

/** Drops the copies of past generations once no tab uses them and nothing of them is unsent. */
export async function dropOldCopies(
  replica: string,
  outbox: Outbox,
): Promise<void> {
  const { current, dropped } = await outbox.generations();
  if (dropped === current) return;
  const { generations } = await liveClients(replica);
  await dropCopies(
    outbox,
    generations,
    (generation) =>
      dropDatabase(makeIDBName(`${replica}/${generation}`, SCHEMA_VERSION)),
  );
}
