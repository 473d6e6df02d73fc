// Uploads a file in pieces, as the server's contract has it: again and again until it is there, or refused.
import { PIECE_BYTES } from "../../../lib/chat/files.ts";
import type { FileFacts } from "../../../lib/chat/schema.ts";
import {
  AnswerRefused,
  askUntilAnswered,
} from "../shared/ask_until_answered.ts";
import { chatServer } from "../shared/chat_server.ts";
import { Sha256 } from "./sha256.ts";

export type Hashes = { id: string; pieces: string[] };

export type Upload = {
  userID: string;
  content: Blob;
  /** Of all of it, by which the server names it, and of its pieces. */
  hashes: Hashes;
  /** Ends it: then it rejects with an `AbortError`. */
  signal: AbortSignal;
  /** Told of how many bytes are there. */
  onProgress: (bytes: number) => void;
};

/** Pieces that are under way at once: a browser opens six connections to a host, and others want some. */
const LANES = 3;
/** Pieces read and hashed at a time, 458 kB. */
const PIECES_A_READ = 8;
/** What is said of an upload that another device has ended, or of a piece that was spoilt on its way: it begins anew, so often. */
const AGAIN = new Set([
  ...["not-found", "incomplete", "wrong-hash", "wrong-length"],
]);
const MAX_TRIES = 3;

/** The hash of a file, and those of its pieces. */
export async function hashesOf(
  content: Blob,
  signal: AbortSignal,
): Promise<Hashes> {
  const whole = new Sha256();
  const pieces: string[] = [];
  const step = PIECES_A_READ * PIECE_BYTES;
  for (let at = 0; at < content.size; at += step) {
    const read = await content.slice(at, at + step).arrayBuffer();
    signal.throwIfAborted();
    const bytes = new Uint8Array(read);
    whole.update(bytes);
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      pieces.push(new Sha256().update(piece).digest());
    }
  }
  return { id: whole.digest(), pieces };
}

/** What the server has found out of the file; rejects with `AnswerRefused`. */
export async function uploadFile(upload: Upload): Promise<FileFacts> {
  for (let tries = 1;; tries++) {
    try {
      return await inPieces(upload);
    } catch (error) {
      const isWorthAnother = error instanceof AnswerRefused &&
        AGAIN.has(error.code) && tries < MAX_TRIES;
      if (!isWorthAnother) throw error;
    }
  }
}

async function inPieces(upload: Upload): Promise<FileFacts> {
  const { content, hashes: { id, pieces }, onProgress } = upload;
  const { size } = content;
  const path = `/api/uploads/${id}`;
  const { missing, file } = await askUntilAnswered(
    upload,
    "POST",
    "/api/uploads",
    {
      type: "application/json",
      body: JSON.stringify({ id, size, pieces }),
    },
  );
  if (file) return file;
  const wanted = new Set<string>(missing);
  const left: number[] = [];
  for (const [i, piece] of pieces.entries()) {
    if (wanted.delete(piece)) left.push(i);
  }
  let toGo = left.length;
  const tell = () => onProgress(Math.max(0, size - toGo * PIECE_BYTES));
  tell();
  const lane = async () => {
    for (let i = left.shift(); i !== undefined; i = left.shift()) {
      const start = i * PIECE_BYTES;
      await askUntilAnswered(upload, "PUT", `${path}/${pieces[i]}`, {
        type: "application/octet-stream",
        body: content.slice(start, start + PIECE_BYTES),
      });
      toGo--;
      tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    left.length = 0; // one lane that fails ends all
  }
  return await askUntilAnswered(upload, "POST", path);
}

/** Takes back what was uploaded, if no message has it. Without an answer it goes after a day. */
export async function takeBack(userID: string, id: string): Promise<void> {
  await fetch(`/api/uploads/${id}`, {
    method: "DELETE",
    headers: chatServer.headers(userID),
  }).catch(console.warn);
}
