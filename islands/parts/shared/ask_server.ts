// Asks the server for something that is no mutation; a refusal comes with a sentence for a person.
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";

/** The server did not do it; the message is for a person. */
export class ServerRefusal extends Error {}

/** The body of the server's answer, undefined when there is none. A `body` that is no blob goes as JSON. Throws `ServerRefusal`. */
export async function askServer(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body: unknown = {},
  // deno-lint-ignore no-explicit-any -- the caller knows the contract's answer
): Promise<any> {
  const isBlob = body instanceof Blob;
  const response = await fetch(path, {
    method,
    headers: { "content-type": isBlob ? body.type : "application/json" },
    body: isBlob ? body : JSON.stringify(body),
  }).catch(() => undefined);
  if (!response) throw new ServerRefusal(roomOnUseStrings.needsNetwork);
  // Our server answers in JSON; a proxy before it may answer anything.
  const answer = await response.json().catch(() => undefined);
  if (response.ok && (answer || response.status === 204)) return answer;
  const isSentence = typeof answer?.message === "string";
  throw new ServerRefusal(
    isSentence ? answer.message : roomOnUseStrings.notNow,
  );
}
