// Files that go with the next message: made ready one after the other, described, and kept on the device.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { ulid } from "@std/ulid";
import { altOf } from "../../../lib/chat/files.ts";
import { MAX_FILES } from "../../../lib/chat/lengths.ts";
import { Refusal } from "../../../lib/chat/refusal.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type {
  Attached,
  OutgoingMessage,
  Scope,
} from "../shared/unsent_text.ts";
import {
  forgetFiles,
  keepAlt,
  keepFile,
  type KeptFile,
  takeUpFiles,
} from "./kept_files.ts";
import { type PreparedFile, prepareFile } from "./prepare_file.ts";
import { sendWithFiles } from "./uploads.ts";

const words = roomOnUseStrings.files;

export type AttachedFile = {
  id: string;
  name: string;
  /** Undefined until it is ready. */
  prepared: Signal<PreparedFile | undefined>;
  ready: Promise<PreparedFile>;
  /** What a picture shows, as its sender says it. */
  alt: Signal<string>;
};

type Draft = { scope: Scope; attached: Signal<Attached | undefined> };

/** One is made ready after the other: each picture is held whole for a moment. */
let turn: Promise<unknown> = Promise.resolve();

/** When one was attached last, in milliseconds since 1970; no two at once. */
let attachedAt = 0;

/** Those beside one draft. */
export class AttachedFiles implements Attached {
  /** Those that go with the next message. */
  readonly #files = signal<readonly AttachedFile[]>([]);
  /** Those of messages that the device is yet to take. */
  readonly #leaving = new Set<AttachedFile>();

  constructor(private readonly roomID: string, private readonly draft: Draft) {}

  get files(): ReadonlySignal<readonly AttachedFile[]> {
    return this.#files;
  }

  #set(files: readonly AttachedFile[]): void {
    this.#files.value = files;
    this.draft.attached.value = files.length > 0 ? this : undefined;
  }

  /** Attaches a file. */
  add(file: File, onUnreadable: () => void): void {
    const ready = turn.then(() => prepareFile(file));
    const prepared = signal<PreparedFile | undefined>(undefined);
    const { name } = file;
    attachedAt = Math.max(attachedAt + 1, Date.now());
    const id = ulid(attachedAt); // they are kept in this order
    const one = { id, name, prepared, ready, alt: signal("") };
    madeFor(this.draft).add(id);
    this.#set([...this.#files.peek(), one]);
    turn = ready.then((file) => {
      prepared.value = file;
      return this.#keep(one, file);
    }, (error) => {
      console.warn(error); // a folder, or a file that is gone by now
      this.remove(one);
      onUnreadable();
    });
  }

  /** Until it is sent or removed. Where the disk takes it not, the page alone has it. */
  async #keep(one: AttachedFile, file: PreparedFile): Promise<void> {
    const { id, alt } = one;
    const { scope } = this.draft;
    const said = alt.peek();
    try {
      await keepFile(scope, { id, alt: said, file });
      const isHere = this.#files.peek().includes(one) ||
        this.#leaving.has(one);
      if (!isHere) await forgetFiles(scope, [id]);
      else if (alt.peek() !== said) await keepAlt(id, alt.peek());
    } catch (error) {
      console.warn(error);
    }
  }

  /** Shows what was kept, before what was attached since. */
  restore(kept: readonly KeptFile[]): void {
    const before = kept.map(({ id, alt, file }): AttachedFile => ({
      id,
      name: file.name,
      prepared: signal(file),
      ready: Promise.resolve(file),
      alt: signal(alt),
    }));
    this.#set([...before, ...this.#files.peek()]);
  }

  describe(one: AttachedFile, alt: string): void {
    one.alt.value = alt;
    keepAlt(one.id, alt).catch(console.warn);
  }

  remove(one: AttachedFile): void {
    this.#leaving.delete(one);
    this.#set(this.#files.peek().filter((each) => each !== one));
    this.#forget([one]);
  }

  #forget(some: readonly AttachedFile[]): void {
    const ids = some.map(({ id }) => id);
    forgetFiles(this.draft.scope, ids).catch(console.warn);
  }

  /**
   * Rejects when the device does not take them, with a refusal when it is full,
   * or they are too many. Then they are here as before, in front of what was
   * attached since, but for what could not be read.
   */
  async send(message: OutgoingMessage): Promise<void> {
    const files = this.#files.peek();
    for (const file of files) this.#leaving.add(file);
    this.#set([]);
    try {
      await this.#store(message, files);
    } catch (error) {
      const back = files.filter((each) => this.#leaving.delete(each));
      this.#set([...back, ...this.#files.peek()]);
      throw error;
    }
    for (const file of files) this.#leaving.delete(file);
    this.#forget(files);
  }

  async #store(
    message: OutgoingMessage,
    files: readonly AttachedFile[],
  ): Promise<void> {
    if (files.length > MAX_FILES) throw new Refusal("full", words.tooMany);
    const prepared = await Promise.all(
      files.map(async ({ ready, alt }) => ({
        ...await ready,
        alt: altOf(alt.peek()),
      })),
    );
    const { roomID } = this;
    const attached = files.map(({ id }) => id);
    try {
      await sendWithFiles({ ...message, roomID, files: prepared, attached });
    } catch (error) {
      if ((error as Error).name !== "QuotaExceededError") throw error;
      throw new Refusal("full", words.full);
    }
  }
}

const filesOf = new WeakMap<Draft, AttachedFiles>();
function filesBeside(draft: Draft, roomID: string): AttachedFiles {
  const files = filesOf.get(draft) ?? new AttachedFiles(roomID, draft);
  filesOf.set(draft, files);
  return files;
}

/** Attaches files to what is being written in a room, as many as a message may have. */
export function attach(
  roomID: string,
  draft: Draft,
  files: readonly File[],
  showNotice: (text: string) => void,
): void {
  const own = filesBeside(draft, roomID);
  for (const file of files) {
    if (own.files.peek().length >= MAX_FILES) {
      showNotice(words.tooMany);
      break;
    }
    own.add(file, () => showNotice(words.unreadable(file.name)));
  }
}

/** The drafts of this page for which it was looked what is kept. */
const restored = new WeakSet<Draft>();

/** The IDs of the files that were attached to a draft since it is on this page. */
const made = new WeakMap<Draft, Set<string>>();
function madeFor(draft: Draft): Set<string> {
  const ids = made.get(draft) ?? new Set();
  made.set(draft, ids);
  return ids;
}

/** Has the files that an earlier visit attached beside what is being written. */
export async function restoreAttached(
  roomID: string,
  draft: Draft,
): Promise<void> {
  if (restored.has(draft)) return;
  restored.add(draft);
  const kept = await takeUpFiles(draft.scope);
  // What came meanwhile is there, or was removed or sent.
  const earlier = kept.filter(({ id }) => !madeFor(draft).has(id));
  const files = filesBeside(draft, roomID);
  const room = MAX_FILES - files.files.peek().length;
  if (earlier.length === 0 || room <= 0) return;
  files.restore(earlier.slice(0, room)); // the next message may take the others
}
