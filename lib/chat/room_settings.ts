// Reads what people set for their rooms, for themselves alone. Apart from the queries that a room's first load needs.
import type { ReadTransaction } from "replicache";
import type { RoomSettings } from "./schema.ts";

/** What a person has set, by roomID; of a room that is not in it nothing. */
export async function roomSettingsOf(
  tx: ReadTransaction,
): Promise<ReadonlyMap<string, RoomSettings>> {
  const all = await tx.scan({ prefix: "settings/" }).values()
    .toArray() as unknown as RoomSettings[];
  return new Map(all.map((each) => [each.roomID, each]));
}
