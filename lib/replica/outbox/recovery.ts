// Sees to what other clients have left behind: mutations that nobody sends, and copies that nobody needs.
import { dropDatabase, makeIDBName, type Pusher } from "replicache";
import { SCHEMA_VERSION } from "../replicache_client.ts";
import { coalesce } from "../coalesce.ts";
import { alive } from "../local/web_locks.ts";
import type { Outbox } from "./outbox.ts";

/**
 * Sends what clients that are dead have left in the outbox, under the very IDs
 * they gave it, so that it counts once however many tabs send it. Replicache
 * itself sends only what it had brought to the disk, and only for groups that
 * it can join or recover. Every mutation of a client from the lowest that is
 * unconfirmed: a gap would tell the server that it has forgotten some.
 * `push` has marked what turned out to be lost when this resolves; rejects
 * when there is no answer.
 */
async function sendForTheDead(
  replica: string,
  outbox: Outbox,
  push: Pusher,
): Promise<void> {
  const { clientIDs } = await alive(replica);
  const left = (await outbox.all())
    .filter(({ clientID }) => !clientIDs.has(clientID));
  for (
    const [groupID, mutations] of Map.groupBy(left, (each) => each.groupID)
  ) {
    if ((await outbox.group(groupID))?.lost) continue;
    const { response } = await push({
      pushVersion: 1,
      schemaVersion: SCHEMA_VERSION,
      profileID: "",
      clientGroupID: groupID,
      mutations: mutations.map((
        { mutationID: id, clientID, name, args, timestamp },
      ) => ({ id, clientID, name, args, timestamp })),
    }, "");
    if (!response) await outbox.sent(mutations);
  }
}

/** What clients that are dead have left of a replica: it goes out before what is made since. */
export class Left {
  /** Whether there may be any; where the server has not answered, nobody knows. */
  #isAny = true;

  constructor(
    private readonly replica: string,
    private readonly outbox: Outbox,
    private readonly push: Pusher,
  ) {}

  /** The same pusher, for what is made now: it waits its turn. */
  readonly pusher: Pusher = async (...request) => {
    if (this.#isAny) await this.send();
    return await this.push(...request);
  };

  /** Rejects with `Unanswered` when some is left still. */
  readonly send = coalesce(async () => {
    this.#isAny = true;
    await sendForTheDead(this.replica, this.outbox, this.push);
    this.#isAny = false;
  });
}

/** Drops the copies of past generations once no tab uses them and nothing of them is unsent. */
export async function dropOldCopies(
  replica: string,
  outbox: Outbox,
): Promise<void> {
  const { current, dropped } = await outbox.generations();
  const { generations } = await alive(replica);
  const left = new Set((await outbox.all()).map((each) => each.generation));
  let next = dropped;
  while (next < current && !generations.has(next) && !left.has(next)) {
    await dropDatabase(makeIDBName(`${replica}/${next}`, SCHEMA_VERSION));
    next++;
  }
  if (next > dropped) await outbox.dropped(next);
}
