// The file of a backup: a line of JSON for each step of a copy, between one that says what it is and one that proves it whole.
import { createHash } from "node:crypto";
import type { CopiedVersion, RestoreStep } from "../sync/mod.ts";
import { SettingsError } from "./settings.ts";
import { FORMAT as STORE_FORMAT } from "./store.ts";

/** Rises with a change that an older release would misread. */
const FORMAT = 1;

type Head = { backup: "kvetch"; format: number; store: number };
/** How many lines stand before it, and the SHA-256 of their bytes. */
type End = { end: number; sha256: string };
/** A step as a line has it: bytes are UTF-8, nearly always JSON, and stand there as text. */
type Line =
  | { set: Deno.KvKey; text: string; until?: number }
  | { set: Deno.KvKey; value: unknown; until?: number }
  | { delete: Deno.KvKey }
  | { deleteUnder: Deno.KvKey };

const CHUNK_LENGTH = 64 * 1024; // characters that are written at once
/** The longest line that can be: a value of 65,536 bytes, each escaped, and its key. */
const MAX_LINE_LENGTH = 256 * 1024;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Writes a backup into a file that is there and empty. What it throws is the system's. */
export class BackupWriter {
  readonly #sum = createHash("sha256");
  readonly #file: Deno.FsFile;
  #lines = 0;
  #waiting = "";

  constructor(private readonly path: string) {
    this.#file = Deno.openSync(path, { write: true });
    const head: Head = {
      backup: "kvetch",
      format: FORMAT,
      store: STORE_FORMAT,
    };
    this.#add(head);
  }

  async write(step: RestoreStep): Promise<void> {
    this.#add(asLine(step));
    if (this.#waiting.length >= CHUNK_LENGTH) await this.#flush();
  }

  /** The versions of spaces that were written first. */
  async *versions(): AsyncGenerator<CopiedVersion> {
    await this.#flush();
    for await (const line of linesIn(this.path)) {
      const { set: [kind, space] = [], value } = JSON.parse(line);
      if (kind === "version") yield { space, version: value };
      else if (kind !== undefined) return;
    }
  }

  /** Writes the end; then all of it is on the disk. Gives back how many steps there are. */
  async finish(): Promise<number> {
    const lines = this.#lines;
    const end: End = { end: lines, sha256: this.#sum.digest("hex") };
    this.#waiting += JSON.stringify(end) + "\n";
    await this.#flush();
    await this.#file.sync();
    return lines - 1;
  }

  close(): void {
    this.#file.close();
  }

  #add(line: Head | Line): void {
    const text = JSON.stringify(line) + "\n";
    this.#sum.update(text);
    this.#waiting += text;
    this.#lines++;
  }

  async #flush(): Promise<void> {
    const bytes = encoder.encode(this.#waiting);
    this.#waiting = "";
    for (let at = 0; at < bytes.length;) {
      at += await this.#file.write(bytes.subarray(at));
    }
  }
}

function asLine(step: RestoreStep): Line {
  if (!("set" in step) || !(step.value instanceof Uint8Array)) return step;
  const { set, value, until } = step;
  return { set, text: decoder.decode(value), until };
}

/**
 * The steps in a backup. Throws a `SettingsError`, which says what is wrong with
 * the file; only one that was read to its end is known to be whole.
 */
export async function* stepsIn(path: string): AsyncGenerator<RestoreStep> {
  const sum = createHash("sha256");
  let number = 0;
  let isOver = false;
  try {
    for await (const line of linesIn(path)) {
      number++;
      const found = number === 1 ? asHead(path, line) : JSON.parse(line);
      if (isOver) throw new SyntaxError("a line behind the end");
      if (isEnd(found)) {
        if (found.end !== number - 1) {
          throw new SyntaxError("lines are missing");
        }
        if (found.sha256 !== sum.digest("hex")) {
          throw wrong(path, "is damaged: its SHA-256 is not what it was");
        }
        isOver = true;
        continue;
      }
      sum.update(`${line}\n`);
      if (number > 1) yield asStep(found);
    }
  } catch (error) {
    // For lines that are none of ours, and for what is no UTF-8.
    const isDamaged = error instanceof SyntaxError ||
      error instanceof TypeError;
    if (isDamaged && number === 0) throw foreign(path);
    if (isDamaged) throw wrong(path, `is damaged near line ${number}`);
    if (error instanceof SettingsError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(`Can't read ${path}: ${reason}`);
  }
  if (number === 0) throw foreign(path);
  if (!isOver) throw wrong(path, "is not whole: its end is missing");
}

/** A file's lines, without one that was cut off; throws a `SyntaxError` for one that is longer than any can be, a `TypeError` for what is no UTF-8. */
async function* linesIn(path: string): AsyncGenerator<string> {
  using file = await Deno.open(path);
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const buffer = new Uint8Array(CHUNK_LENGTH);
  let rest = "";
  for (;;) {
    const length = await file.read(buffer);
    if (length === null) break;
    const lines = (rest + text.decode(buffer.subarray(0, length), {
      stream: true,
    })).split("\n");
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > MAX_LINE_LENGTH) throw new SyntaxError("a long line");
  }
}

function asHead(path: string, line: string): Head {
  let head: Partial<Head> | null = null;
  try {
    head = JSON.parse(line);
  } catch { // then it is another's
  }
  if (head?.backup !== "kvetch") throw foreign(path);
  const { format = 0, store = 0 } = head;
  if (format > FORMAT || store > STORE_FORMAT) {
    throw wrong(path, "was made by a newer release: use that one");
  }
  return head as Head;
}

const isEnd = (line: object | null): line is End =>
  line !== null && "end" in line;

function asStep(line: unknown): RestoreStep {
  const step = (line ?? {}) as Record<string, unknown>;
  const { text, until } = step;
  if (isKey(step.delete)) return { delete: step.delete };
  if (isKey(step.deleteUnder)) return { deleteUnder: step.deleteUnder };
  const isTimed = until === undefined || Number.isFinite(until);
  if (!isKey(step.set) || !isTimed) throw new SyntaxError("no step");
  const rest = { set: step.set, until: until as number | undefined };
  if (typeof text === "string") return { ...rest, value: encoder.encode(text) };
  if ("value" in step) return { ...rest, value: step.value };
  throw new SyntaxError("no value");
}

const isKey = (key: unknown): key is Deno.KvKey =>
  Array.isArray(key) && key.length > 0 &&
  key.every((part) => typeof part === "string" || Number.isFinite(part));

const wrong = (path: string, how: string) =>
  new SettingsError(`${path} ${how}. Nothing is restored from it.`);

const foreign = (path: string) =>
  new SettingsError(
    `${path} is no backup of a KV server's data; a copy of a file is put back as the README says.`,
  );
