// Rejections: what the server has refused for good, to be read and dismissed.
import type {
  ReadonlyJSONValue,
  ReadTransaction,
  WriteTransaction,
} from "replicache";

/** `rejection/<clientID>/<mutationID>`: a mutation that the server refused, seen by its user alone. */
export type Rejection = {
  clientID: string;
  mutationID: number;
  /** When it was refused, in milliseconds since 1970. */
  at: number;
  /** The mutator's name. */
  name: string;
  /** Its args; text, the beginning of their JSON, when that is longer than 4,096 characters. */
  args: ReadonlyJSONValue;
  /** A refusal's code, or `internal` for a fault of the server. */
  code: string;
  /** Why, for a person. */
  message: string;
};

const PREFIX = "rejection/";

/** The rejections that have not been dismissed, each client's oldest first. */
export async function rejectionsIn(tx: ReadTransaction): Promise<Rejection[]> {
  const found = await tx.scan({ prefix: PREFIX }).values().toArray();
  return (found as unknown as Rejection[]).sort((a, b) =>
    a.clientID.localeCompare(b.clientID) || a.mutationID - b.mutationID
  );
}

/** Deletes a rejection; the server has the same mutator. Dismissing what is gone changes nothing. */
export async function dismissRejection(
  tx: WriteTransaction,
  { clientID, mutationID }: Pick<Rejection, "clientID" | "mutationID">,
): Promise<void> {
  await tx.del(`${PREFIX}${clientID}/${mutationID}`);
}
