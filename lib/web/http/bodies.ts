// Bodies of requests: refused as soon as they are too large.
import { HttpError } from "fresh";
import { parseInTurns } from "./json_in_turns.ts";
import type { Held } from "./memory_budget.ts";

const MiB = 1024 * 1024;
/** The largest body of a push, and of any other request, in bytes. */
export const MAX_PUSH_BYTES = 8 * MiB;
const MAX_BODY_BYTES = MiB;
/**
 * Of a form, which holds a name at most. It is read though a limit is reached,
 * as what was typed is shown again: to read it costs no more than the page.
 */
const MAX_FORM_BYTES = 16 * 1024;
/** What comes of a smaller body counts once all of it is there: a connection costs as much. */
const SMALL_BODY_BYTES = 16 * 1024;
/** For a body to arrive. */
const SMALL_BODY_TIMEOUT_MS = 20_000;
const BODY_TIMEOUT_MS = 120_000;
/** What a body takes up at its most: as bytes, as text and parsed. */
const MEMORY_PER_BYTE = 3;
/** What Deno holds ready for the next piece of one. */
const READ_BYTES = 64 * 1024;
/** A request, and where the memory counts that its body takes up until it is answered. */
export type Incoming = { req: Request; state: { held: Held } };

/**
 * Reads a JSON body. Throws an `HttpError`: 415 for another type, 413 as soon
 * as it is larger than `most` bytes, 400 when it is not JSON; and a
 * `LimitReached` of 503 when there is no memory for it.
 */
export async function readJSON(
  incoming: Incoming,
  most = MAX_BODY_BYTES,
): Promise<unknown> {
  if (typeOf(incoming) !== "application/json") {
    throw new HttpError(415, "Send application/json.");
  }
  const text = await readText(incoming, most);
  try {
    return await parseInTurns(text);
  } catch {
    const message = "The body is not valid JSON, or has too many parts.";
    throw new HttpError(400, message);
  }
}

/** As `readJSON`; a body of `text/plain` is that text. */
export const readJSONOrText = async (
  incoming: Incoming,
  most: number,
): Promise<unknown> =>
  typeOf(incoming) === "text/plain"
    ? await readText(incoming, most)
    : await readJSON(incoming, most);

/** The type of a request's body, without what further is said of it. */
function typeOf({ req }: Incoming): string {
  const [type] = (req.headers.get("content-type") ?? "").split(";");
  return type.trim().toLowerCase();
}

/** As `readJSON`, for what needs no body: `{}` where there is none. */
export const readOptionalJSON = async (
  incoming: Incoming,
): Promise<unknown> =>
  incoming.req.body === null && !incoming.req.headers.has("content-type")
    ? {}
    : await readJSON(incoming);

const utf8 = new TextDecoder("utf-8", { fatal: true });

async function readText(incoming: Incoming, most: number): Promise<string> {
  const bytes = await readBytes(incoming, most);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HttpError(400, "The body is not UTF-8 text.");
  }
}

/**
 * Reads a body of whatever type, as a piece of a file is. Throws as `readJSON`
 * does for what breaks off, and a 413 at the first byte above `most`, before any
 * when the request says so itself.
 */
export async function readBytes(
  { req, state: { held } }: Incoming,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new HttpError(413, `A body may have at most ${most / 1024} KiB here.`);
  const hold = (bytes: number) => held.add(MEMORY_PER_BYTE * bytes);
  const length = req.headers.get("content-length");
  if (Number(length) > most) throw tooLarge();
  // HTTP lets no body be longer than it says. Whole it is read sooner, and holds
  // nothing while it does not come: each read in pieces holds 64 KiB.
  if (length !== null && Number(length) <= SMALL_BODY_BYTES) {
    const bytes = await inTime(
      req.bytes().catch(throwBrokenOff),
      SMALL_BODY_TIMEOUT_MS,
    );
    hold(bytes.length);
    return bytes;
  }
  const reader = req.body?.getReader();
  if (!reader) return new Uint8Array();
  try {
    return await inTime(readPieces(), BODY_TIMEOUT_MS);
  } finally {
    reader.cancel().catch(() => {}); // what is too large is not to come at all
  }

  async function readPieces(): Promise<Uint8Array<ArrayBuffer>> {
    held.add(READ_BYTES);
    let bytes = new Uint8Array();
    let size = 0;
    for (;;) {
      const { done, value } = await reader!.read().catch(throwBrokenOff);
      if (done) return bytes.subarray(0, size);
      const end = size + value.length;
      if (end > most) throw tooLarge();
      hold(value.length);
      if (end > bytes.length) {
        bytes = new Uint8Array(bytes.buffer.transfer(2 * end));
      }
      // Not the pieces themselves: each, if of one byte, has a buffer of its own.
      bytes.set(value, size);
      size = end;
    }
  }
}

/** What is read of a body; throws a 400 when that takes longer than `ms`. */
async function inTime<T>(reading: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new HttpError(400, "The body took too long."));
  }, ms);
  return await Promise.race([reading, late])
    .finally(() => clearTimeout(timer));
}

/** Its sender is gone, or does not speak HTTP: no fault of ours, and not to be logged as one. */
function throwBrokenOff(): never {
  throw new HttpError(400, "The body broke off.");
}

/**
 * The fields of a form, as text; "" for those that it has not, and for all when
 * the body is no form: nothing that a person typed. Throws a 413 for more than 16
 * KiB, and a `LimitReached` as `readJSON`.
 */
export async function readForm<Field extends string>(
  incoming: Incoming,
  ...fields: Field[]
): Promise<Record<Field, string>> {
  const bytes = await readBytes(incoming, MAX_FORM_BYTES);
  const type = incoming.req.headers.get("content-type") ?? "";
  const form = await new Response(bytes, { headers: { "content-type": type } })
    .formData().catch(() => new FormData());
  const text = (field: Field) => {
    const value = form.get(field);
    return typeof value === "string" ? value : "";
  };
  const read = fields.map((field) => [field, text(field)]);
  return Object.fromEntries(read) as Record<Field, string>;
}

/** A field of a JSON body; undefined when it has none or is no object. */
export const fieldOf = (body: unknown, field: string): unknown =>
  body !== null && typeof body === "object" && Object.hasOwn(body, field)
    ? (body as Record<string, unknown>)[field]
    : undefined;
