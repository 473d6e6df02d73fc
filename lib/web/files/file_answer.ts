// The answer that is a file: whole or a range of it, read from the store as it goes out.
import { HttpError } from "fresh";
import type { MessageFile } from "../../chat/schema.ts";
import { unavailable } from "../../sync/mod.ts";
import { PIECE_BYTES } from "../../chat/files.ts";
import type { Held } from "../http/memory_budget.ts";
import { bodyOf } from "../http/pull_slots.ts";
import type { StoredFile } from "./file_store.ts";
import { SHOWN_TYPES } from "../../chat/file_type.ts";
import { piecesFrom, READ_BYTES } from "./uploads.ts";

/**
 * Opened by itself it is of no site, runs nothing and loads nothing; and other
 * sites can't show it.
 */
export const NO_SITE = {
  "content-security-policy":
    "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
};

const HEADERS = {
  ...NO_SITE,
  // Asked for each time, as the right to read it may be over.
  "cache-control": "private, no-cache",
  "accept-ranges": "bytes",
};

/** From which byte to which of a file, both included; `whole` of it, or `none` that there is. */
type Range = { first: number; last: number } | "whole" | "none";

/**
 * Reads the header `Range` as RFC 9110 has it. What is not one range of bytes
 * is as if there were none.
 */
export function rangeIn(header: string | null, size: number): Range {
  const [, from, to] = header?.match(/^bytes=(\d{0,15})-(\d{0,15})$/) ?? [];
  if (!from && !to) return "whole";
  const first = from ? Number(from) : Math.max(0, size - Number(to));
  const last = from && to ? Math.min(Number(to), size - 1) : size - 1;
  if (from && to && Number(to) < Number(from)) return "whole"; // no range
  return first <= last ? { first, last } : "none";
}

/**
 * Answers with a file that its asker may read. `held` counts the memory that
 * the answer takes up until it has gone out.
 */
export function fileAnswer(
  { method, headers: asked }: Request,
  kv: Deno.Kv,
  { id, name, type }: MessageFile,
  file: StoredFile,
  held: Held,
): Response {
  const { size } = file;
  const etag = `"${id}"`;
  const headers = new Headers({ ...HEADERS, etag });
  if (asked.get("if-none-match")?.includes(etag)) {
    return new Response(null, { status: 304, headers });
  }
  const isShown = SHOWN_TYPES.has(type);
  headers.set("content-type", isShown ? type : "application/octet-stream");
  headers.set("content-disposition", disposition(isShown, name));
  const ifRange = asked.get("if-range");
  const isSame = ifRange === null || ifRange === etag;
  const range = rangeIn(isSame ? asked.get("range") : null, size);
  if (range === "none") {
    headers.set("content-range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const { first, last } = range === "whole"
    ? { first: 0, last: size - 1 }
    : range;
  headers.set("content-length", String(last + 1 - first));
  const status = range === "whole" ? 200 : 206;
  if (status === 206) {
    headers.set("content-range", `bytes ${first}-${last}/${size}`);
  }
  if (method === "HEAD" || size === 0) {
    return new Response(null, { status, headers });
  }
  held.add(READ_BYTES);
  const body = bodyOf(
    bytesOf(kv, file, first, last),
    () => held[Symbol.dispose](),
  );
  return new Response(body, { status, headers });
}

/** The header `Content-Disposition`; the name is escaped as RFC 8187 says. */
export function disposition(isShown: boolean, name: string): string {
  const escaped = encodeURIComponent(name)
    .replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${isShown ? "inline" : "attachment"}; filename*=UTF-8''${escaped}`;
}

/** The bytes of a file from one to another, in pieces. */
async function* bytesOf(
  kv: Deno.Kv,
  file: StoredFile,
  first: number,
  last: number,
): AsyncGenerator<Uint8Array> {
  const begin = Math.floor(first / PIECE_BYTES);
  let at = begin * PIECE_BYTES;
  try {
    for await (const piece of piecesFrom(kv, file, begin)) {
      yield piece.subarray(Math.max(0, first - at), last + 1 - at);
      at += piece.length;
      if (at > last) return;
    }
  } catch (error) {
    // It has been deleted meanwhile: the answer breaks off, and the next one is a 404.
    throw unavailable(error);
  }
}

export const noSuchFile = () => new HttpError(404, "There is no such file.");
