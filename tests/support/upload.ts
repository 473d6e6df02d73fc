// A client that uploads files as the HTTP contract says, and the bytes of files to upload.
import { hash } from "node:crypto";
import { PIECE_BYTES } from "../../lib/chat/files.ts";
import type { FileFacts } from "../../lib/chat/schema.ts";
import type { Answer, Person } from "./person.ts";
import type { Random } from "./random.ts";

/** A file, cut as the contract says. */
export type CutFile = {
  id: string;
  size: number;
  /** By their hashes, in order. */
  pieces: [hash: string, bytes: Uint8Array<ArrayBuffer>][];
};

export function cut(bytes: Uint8Array<ArrayBuffer>): CutFile {
  const pieces: CutFile["pieces"] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    pieces.push([hash("sha256", piece), piece]);
  }
  return { id: hash("sha256", bytes), size: bytes.length, pieces };
}

/** Bytes that no two files share. */
export function bytesOf(size: number, random: Random): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 4) {
    const n = random.below(2 ** 32);
    bytes.set([n, n >> 8, n >> 16, n >> 24].slice(0, size - i), i);
  }
  return bytes;
}

export const begin = (
  person: Person,
  { id, size, pieces }: CutFile,
  more = {},
): Promise<Answer> =>
  person.post("/api/uploads", {
    ...{ id, size, pieces: pieces.map(([name]) => name) },
    ...more,
  });

export const put = (
  person: Person,
  { id }: CutFile,
  [name, bytes]: [string, Uint8Array<ArrayBuffer>],
): Promise<Answer> =>
  person.ask(`/api/uploads/${id}/${name}`, { method: "PUT", body: bytes });

export const finish = (person: Person, { id }: CutFile): Promise<Answer> =>
  person.ask(`/api/uploads/${id}`, { method: "POST" });

/** Uploads a file in one go; throws at the first answer that is no success. */
export async function upload(
  person: Person,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<FileFacts> {
  const file = cut(bytes);
  const { missing } = succeeded(await begin(person, file)).body;
  for (const piece of file.pieces) {
    if (missing.includes(piece[0])) succeeded(await put(person, file, piece));
  }
  return succeeded(await finish(person, file)).body;
}

function succeeded(answer: Answer): Answer {
  if (answer.status < 300) return answer;
  throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
}

let clients = 0;

/** Pushes one mutation of a client of its own. */
export const mutate = (
  person: Person,
  space: string,
  name: string,
  args: unknown,
): Promise<Answer> => {
  const clientID = `files-${crypto.randomUUID()}-${++clients}`.slice(0, 60);
  const mutation = { id: 1, clientID, name, args, timestamp: 0 };
  return person.push(space, `group-${clientID}`.slice(0, 60), [mutation]);
};

/** Sends a message with files; its ID. */
export async function send(
  person: Person,
  space: string,
  files: { id: string; name?: string; alt?: string }[],
  content = "",
): Promise<string> {
  const id = crypto.randomUUID();
  const named = files.map((file) => ({ name: "file", ...file }));
  succeeded(
    await mutate(person, space, "createMessage", {
      id,
      content,
      files: named,
    }),
  );
  return id;
}

/** The path of a file of a message. */
export const pathOf = (
  space: string,
  messageID: string,
  { id }: { id: string },
): string => `/api/files/${space.replace("room:", "")}/${messageID}/${id}`;
