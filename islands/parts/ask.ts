// Asks the server for something that is no mutation, and says in a sentence why it was not done.
import { spokenLate } from "../../lib/chat/spoken_late.ts";

/** Something the server did not do; the message is for a person. */
export class Denied extends Error {}

/** The body of the server's answer, undefined when there is none. Throws `Denied`. */
export async function ask(
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
  if (!answer) throw new Denied(spokenLate.needsNetwork);
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : undefined;
  throw new Denied(sentenceIn(text) ?? spokenLate.notNow);
}

/** Ours answer so; what stands between may answer anything. */
function sentenceIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text);
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}
