// The answer that is lines of JSON, made as they are read.
import type { Context } from "fresh";
import { disposition } from "../files/file_answer.ts";
import { bodyOf } from "../http/pull_slots.ts";
import type { State } from "../state.ts";
import { bytesOf } from "./room_export.ts";

/** What an answer holds at the most: some messages, each as large as it can be, or pieces of a file. */
const HELD_BYTES = 1_500_000;

/**
 * Answers with lines as a file to be saved. The first is made before the answer
 * begins, so that a refusal is one; when a later one fails, as the right to read
 * has ended, the answer breaks off. `name` is the file's.
 */
export async function download(
  { req, state: { memory, address } }: Context<State>,
  name: string,
  lines: AsyncGenerator<object>,
): Promise<Response> {
  const headers = {
    "content-type": "application/x-ndjson",
    "content-disposition": disposition(false, name),
    "cache-control": "no-store",
  };
  const first = await lines.next();
  if (req.method === "HEAD" || first.done) {
    await lines.return(undefined);
    return new Response(null, { headers });
  }
  const held = memory.hold(address);
  held.add(HELD_BYTES);
  const all = async function* () {
    yield first.value;
    yield* lines;
  };
  const body = bodyOf(bytesOf(all()), () => held[Symbol.dispose]());
  return new Response(body, { headers });
}
