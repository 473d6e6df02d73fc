// What is left on the disk for longer: unsent mutations, also those of dead clients, and old copies.
import type { Pusher } from "replicache";
import type { Outbox, UnsentMutation } from "./outbox.ts";

let isAsked = false;

/** Asks the browser, once for a page, not to evict what is stored when space is short. */
export function keepStorage(): void {
  if (!isAsked) navigator.storage?.persist?.().catch(console.warn);
  isAsked = true;
}

/** Sends what dead clients have not sent; see `Recovery`. */
export async function sendLeftovers(
  unsent: UnsentMutation[],
  outbox: Outbox,
  push: Pusher,
  schemaVersion: string,
): Promise<void> {
  const groups = Map.groupBy(unsent, ({ groupID }) => groupID);
  for (const [clientGroupID, mutations] of groups) {
    if ((await outbox.group(clientGroupID))?.lost) continue;
    const { response } = await push({
      pushVersion: 1,
      schemaVersion,
      profileID: "",
      clientGroupID,
      mutations: mutations.map((
        { mutationID: id, clientID, name, args, timestamp },
      ) => ({ id, clientID, name, args, timestamp })),
    }, "");
    if (!response) await outbox.remove(mutations);
  }
}

/** Drops those copies of past generations, oldest first, that are not in use and of which nothing is unsent. */
export async function dropCopies(
  outbox: Outbox,
  inUse: Set<number>,
  drop: (generation: number) => Promise<void>,
): Promise<void> {
  const { current, dropped } = await outbox.generations();
  const unsent = new Set((await outbox.all()).map((each) => each.generation));
  let next = dropped;
  while (next < current && !inUse.has(next) && !unsent.has(next)) {
    await drop(next);
    next++;
  }
  if (next === dropped) return;
  await outbox.change(["generations"], async (tx) => {
    const known = await outbox.generationsIn(tx);
    outbox.setGenerationsIn(tx, { ...known, dropped: next });
  });
}
