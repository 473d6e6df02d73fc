// How many rooms a person may have drafts in.
import type { ReadTransaction } from "replicache";

/** More than anybody writes in at a time. */
const MAX_DRAFTS = 1_000;

/** Whether the person of this space may have a draft in a room: there is one, or not too many in others. */
export const mayHaveDraft = async (
  tx: ReadTransaction,
  roomID: string,
): Promise<boolean> =>
  await tx.has(`draft/${roomID}`) ||
  (await tx.scan({ prefix: "draft/", limit: MAX_DRAFTS }).keys().toArray())
      .length < MAX_DRAFTS;
