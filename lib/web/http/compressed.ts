// Compresses what is made for each request, pages and JSON, on its way out.
import { setImmediate } from "node:timers/promises";

/** In bytes: less than that fits into one packet as it is. */
const MIN_BYTES = 1_000;

/** In bytes. It takes one to three milliseconds; then others have their turn. */
const SLICE_BYTES = 64 * 1024;

const SHRINKS = /^(?:text\/html|application\/json)\b/;

/**
 * For an answer that must go out as it was written, here and by a proxy: one
 * that holds a secret (a sign-in link, an invitation). If texts that others
 * choose were compressed with it, the size would tell how much of the secret
 * they have guessed (BREACH).
 */
export const WITH_SECRET = { "cache-control": "no-store, no-transform" };

/**
 * The same answer, by gzip if it is a page or JSON of a kilobyte at least, is
 * not marked `no-transform`, and the browser takes it. It is compressed while
 * it is read: one that is not read holds 256 kB of memory and a piece of its
 * body. That is why it is not Deno's `automaticCompression`, whose brotli holds
 * 2.5 MB for each and takes eight times as long.
 */
export async function compressed(
  req: Request,
  answer: Response,
): Promise<Response> {
  const { headers } = answer;
  if (!mayShrink(headers)) return answer;
  headers.append("vary", "accept-encoding");
  // Last, as a body that has been looked at is sent without its length.
  if (!takes(req, "gzip") || !answer.body) return answer;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = answer.body.getReader();
  for (let size = 0; size < MIN_BYTES;) {
    const { done, value } = await reader.read();
    if (done) return new Response(await new Blob(pieces).bytes(), answer);
    pieces.push(value);
    size += value.length;
  }
  headers.set("content-encoding", "gzip");
  headers.delete("content-length");
  const gzip = new CompressionStream("gzip");
  return new Response(sliced(pieces, reader).pipeThrough(gzip), answer);
}

const mayShrink = (headers: Headers): boolean =>
  SHRINKS.test(headers.get("content-type") ?? "") &&
  !headers.has("content-encoding") &&
  !headers.get("cache-control")?.includes("no-transform");

/** A body of which some pieces have been read, from its beginning, in slices. */
function sliced(
  pieces: Uint8Array<ArrayBuffer>[],
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      await setImmediate();
      const piece = pieces.shift() ?? (await reader.read()).value;
      if (!piece) return controller.close();
      controller.enqueue(piece.subarray(0, SLICE_BYTES));
      if (piece.length > SLICE_BYTES) {
        pieces.unshift(piece.subarray(SLICE_BYTES));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** Whether a browser takes an encoding by its name; `*` names none. */
export function takes(req: Request, encoding: string): boolean {
  const offered = req.headers.get("accept-encoding")?.split(",") ?? [];
  return offered.some((each) => {
    const [name, weight] = each.trim().split(/\s*;\s*q=/);
    return name === encoding && Number(weight ?? 1) > 0;
  });
}
