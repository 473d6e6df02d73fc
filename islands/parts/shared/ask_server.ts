// Asks the server for something that is no mutation, and says in a sentence why it was not done.
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";

/** Something the server did not do; the message is for a person. */
export class ServerRefusal extends Error {}

/** The body of the server's answer, undefined when there is none. Throws `Denied`. */
export async function askServer(
  method: "POST" | "PATCH" | "DELETE",
  path: string,
  body: unknown = {},
  // deno-lint-ignore no-explicit-any -- whoever asks knows the contract's answer
): Promise<any> {
  const answer = await fetch(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (!answer) throw new ServerRefusal(roomOnUseStrings.needsNetwork);
  // Ours answer in JSON; what stands between may answer anything.
  const said = await answer.json().catch(() => undefined);
  if (answer.ok && (said || answer.status === 204)) return said;
  const isSentence = typeof said?.message === "string";
  throw new ServerRefusal(isSentence ? said.message : roomOnUseStrings.notNow);
}
