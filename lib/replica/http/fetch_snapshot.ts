// Reads the newest of a space from the server without keeping a copy of it.
import type { ReadonlyJSONValue } from "replicache";

type Patch = { op: string; key?: string; value?: ReadonlyJSONValue }[];

/**
 * The entries of a space by key: of windowed collections the newest `window`
 * members, of all else everything. Throws when the server does not answer so.
 */
export async function fetchSnapshot(
  userID: string,
  space: string,
  window: number,
): Promise<Map<string, ReadonlyJSONValue>> {
  const query = new URLSearchParams({ space, window: `${window}` });
  const answer = await fetch(`/api/replicache/pull?${query}`, {
    method: "POST",
    headers: { "content-type": "application/json", "authorization": userID },
    // A first pull of a group that never pushes: the server notes nothing of it.
    body: JSON.stringify({
      ...{ pullVersion: 1, schemaVersion: "", profileID: "", cookie: null },
      clientGroupID: crypto.randomUUID(),
    }),
  });
  if (!answer.ok) throw new Error(`Looking into ${space}: ${answer.status}`);
  const { patch = [] }: { patch?: Patch } = await answer.json();
  return new Map(patch.map(({ key = "", value = null }) => [key, value]));
}
