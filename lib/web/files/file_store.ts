// What is stored of files: whose they are, their pieces, and how much there is; and how they are deleted.
import type { FileFacts, Message } from "../../chat/schema.ts";
import { commitOrUnavailable, unavailable } from "../../sync/mod.ts";

/**
 * `["file", userID, fileID]`: a file that a person uploads, or has uploaded.
 * Each person's are their own, so nobody learns what others have, and nobody's
 * deletion touches another's.
 */
export type StoredFile = {
  /** What its pieces stand under: random, so that none of another try is taken for one of this. */
  upload: string;
  /** In bytes. */
  size: number;
  /** The SHA-256 of each piece, in order: 32 bytes each. */
  pieces: Uint8Array;
  /** When its uploader last asked for it to be kept, in milliseconds since 1970. */
  confirmedAt: number;
  /** What was found in it; absent until all of it is there. */
  found?: Pick<FileFacts, "type" | "width" | "height">;
};

/**
 * `["fileUse", userID, fileID, roomID, messageID]`: that a message with this
 * file is there, or is about to be.
 */
export type FileUse = { size: number; at: number };

/** `["fileUsage", "person" | "room", id]`: how much there is of a person's files, or of those in a room's messages. */
export type Usage = { bytes: number; files: number };

/** Each key of files, built here only. */
export const fileKeys = {
  file: (userID: string, fileID: string) => ["file", userID, fileID],
  filesOf: (userID: string) => ["file", userID],
  files: () => ["file"],
  piece: (upload: string, hash: Uint8Array) => ["piece", upload, hash],
  /** That a piece is there, which is set and deleted with it: to list pieces themselves is to read them. */
  received: (upload: string, hash: Uint8Array) => ["received", upload, hash],
  receivedOf: (upload: string) => ["received", upload],
  /** That the pieces of an upload are to be deleted, until they are. */
  discarded: (upload: string) => ["discarded", upload],
  allDiscarded: () => ["discarded"],
  use: (userID: string, fileID: string, roomID: string, messageID: string) => [
    ...["fileUse", userID, fileID, roomID, messageID],
  ],
  usesOf: (userID: string, fileID: string) => ["fileUse", userID, fileID],
  uses: () => ["fileUse"],
  usage: (of: "person" | "room", id: string) => ["fileUsage", of, id],
};

const HASH_BYTES = 32;

/** The hash of a file's piece number `i`. */
export const hashAt = ({ pieces }: StoredFile, i: number): Uint8Array =>
  pieces.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);

/** How many pieces a file has. */
export const pieceCount = ({ pieces }: StoredFile): number =>
  pieces.length / HASH_BYTES;

const MAX_TRIES = 50; // each that fails lets another's change in
const DELETIONS_PER_COMMIT = 50; // records that one commit deletes: KV is free for others in between
const PAUSE_MS = 5; // between two of them

/** What an attempt came to; null when another was faster. */
type Attempt<T> = { value: T } | null;

/** Attempts until nobody was faster; throws an `unavailable` error after fifty. */
export async function attempted<T>(
  attempt: () => Promise<Attempt<T>>,
): Promise<T> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const done = await attempt();
    if (done) return done.value;
  }
  throw unavailable();
}

/** What a read of KV brings; throws an `unavailable` error where it fails. */
export const orUnavailable = <T>(read: Promise<T>): Promise<T> =>
  read.catch((cause) => {
    throw unavailable(cause);
  });

/** A person's file that is whole; undefined when there is none. Throws an `unavailable` error. */
export async function storedFile(
  kv: Deno.Kv,
  userID: string,
  fileID: string,
): Promise<StoredFile | undefined> {
  const key = fileKeys.file(userID, fileID);
  const { value } = await orUnavailable(kv.get<StoredFile>(key));
  return value?.found ? value : undefined;
}

/** What a message says of a file that is whole. */
export const factsOf = (
  id: string,
  { size, found }: StoredFile,
): FileFacts => ({ id, size, ...found! });

/** The userID of the person under whom a message's files are stored. */
export const uploaderOf = ({ authorID, filesBy = authorID }: Message): string =>
  filesBy;

/** Whether so much more is within a limit. */
export const fits = (
  usage: Usage | null,
  more: Usage,
  limit: Usage,
): boolean =>
  (usage?.bytes ?? 0) + more.bytes <= limit.bytes &&
  (usage?.files ?? 0) + more.files <= limit.files;

/** Adds to a commit that there is so much more of files, or less. */
export function addUsage(
  atomic: Deno.AtomicOperation,
  { key, value, versionstamp }: Deno.KvEntryMaybe<Usage>,
  more: Usage,
): void {
  const bytes = (value?.bytes ?? 0) + more.bytes;
  const files = (value?.files ?? 0) + more.files;
  atomic.check({ key, versionstamp });
  if (files > 0) atomic.set(key, { bytes, files });
  else atomic.delete(key);
}

/**
 * Deletes a file as it was read: it is gone from the first commit on, which
 * leaves a note of its pieces, and then these go. False, and nothing is
 * deleted, when it has changed since. Throws an `unavailable` error.
 */
export async function discardFile(
  kv: Deno.Kv,
  file: Deno.KvEntry<StoredFile>,
): Promise<boolean> {
  const { upload, size } = file.value;
  const usageKey = fileKeys.usage("person", file.key[1] as string);
  const isDone = await attempted(async () => {
    const [now, usage] = await orUnavailable(
      kv.getMany<[StoredFile, Usage]>([file.key, usageKey]),
    );
    if (now.versionstamp !== file.versionstamp) return { value: false };
    const atomic = kv.atomic().check(file).delete(file.key)
      .set(fileKeys.discarded(upload), 0);
    addUsage(atomic, usage, { bytes: -size, files: -1 });
    return await commitOrUnavailable(atomic) ? { value: true } : null;
  });
  if (isDone) await deletePieces(kv, upload);
  return isDone;
}

/**
 * The same, unless a message has the file or is about to. One that takes it
 * meanwhile confirms it, and so changes it.
 */
export async function discardUnused(
  kv: Deno.Kv,
  file: Deno.KvEntry<StoredFile>,
): Promise<boolean> {
  const [, userID, fileID] = file.key as string[];
  const prefix = fileKeys.usesOf(userID, fileID);
  const uses = await orUnavailable(
    Array.fromAsync(kv.list({ prefix }, { limit: 1 })),
  );
  return uses.length === 0 && await discardFile(kv, file);
}

/**
 * Deletes the pieces of an upload that was discarded, and then the note that
 * they are to be. No piece is added meanwhile: each is stored with a check of
 * its file.
 */
export async function deletePieces(kv: Deno.Kv, upload: string): Promise<void> {
  const prefix = fileKeys.receivedOf(upload);
  for (let more = true; more;) {
    const atomic = kv.atomic();
    const limit = DELETIONS_PER_COMMIT / 2;
    const some = await orUnavailable(
      Array.fromAsync(kv.list({ prefix }, { limit })),
    );
    for (const { key } of some) {
      atomic.delete(key).delete(fileKeys.piece(upload, key[2] as Uint8Array));
    }
    more = some.length === limit;
    if (!more) atomic.delete(fileKeys.discarded(upload));
    await commitOrUnavailable(atomic);
    if (more) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Deletes all files of a person whose account is deleted. */
export async function discardFilesOf(
  kv: Deno.Kv,
  userID: string,
): Promise<void> {
  const prefix = fileKeys.filesOf(userID);
  for await (
    const file of kv.list<StoredFile>({ prefix }, { batchSize: 10 })
  ) {
    await discardFile(kv, file);
  }
}
