// Fetches the newest entries of a space from the server, without a copy that stays.
import type { ReadonlyJSONValue } from "replicache";
import type { Server } from "../server.ts";

type Patch = { op: string; key?: string; value?: ReadonlyJSONValue }[];

/**
 * The entries of a space by key: of windowed collections the newest `window`
 * members, of all else everything. Throws when the server does not answer so.
 */
export async function fetchSnapshot(
  server: Server,
  userID: string,
  space: string,
  window: number,
): Promise<Map<string, ReadonlyJSONValue>> {
  const answer = await fetch(server.url("pull", [space], { window }), {
    method: "POST",
    headers: { "content-type": "application/json", ...server.headers(userID) },
    // A first pull of a group that never pushes: the server stores nothing of it.
    body: JSON.stringify({
      pullVersion: 1,
      schemaVersion: "",
      profileID: "",
      cookie: null,
      // Not by `randomUUID`, which there is none of on plain http.
      clientGroupID: crypto.getRandomValues(new Uint32Array(4)).join("-"),
    }),
  });
  if (!answer.ok) throw new Error(`Fetching ${space}: ${answer.status}`);
  const { patch = [] }: { patch?: Patch } = await answer.json();
  return new Map(patch.map(({ key = "", value = null }) => [key, value]));
}
