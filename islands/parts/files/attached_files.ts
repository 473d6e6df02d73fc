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
import { holdRoom, sendWithFiles } from "./uploads.ts";

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

/** Those beside what is being written in one room. */
export class AttachedFiles implements Attached {
  /** Those that go with the next message. */
  readonly #files = signal<readonly AttachedFile[]>([]);
  /** Those of messages that the device is yet to take. */
  readonly #leaving = new Set<AttachedFile>();
  /** The IDs of all that were here since this page was opened. */
  readonly #known = new Set<string>();

  constructor(private readonly roomID: string, private draft: Draft) {}

  get files(): ReadonlySignal<readonly AttachedFile[]> {
    return this.#files;
  }

  /** They are beside this draft from now on: that of a room which was closed is another one. */
  moveTo(draft: Draft): void {
    this.draft = draft;
    this.#set(this.#files.peek());
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
    this.#known.add(id);
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

  /** Shows what was kept, before what was attached since, as far as a message takes it: the next one may take the others. */
  restore(kept: readonly KeptFile[]): void {
    const files = this.#files.peek();
    const before = kept
      // What came meanwhile is there, or was removed or sent.
      .filter(({ id }) => !this.#known.has(id))
      .slice(0, Math.max(0, MAX_FILES - files.length))
      .map(({ id, alt, file }): AttachedFile => ({
        id,
        name: file.name,
        prepared: signal(file),
        ready: Promise.resolve(file),
        alt: signal(alt),
      }));
    for (const { id } of before) this.#known.add(id);
    this.#set([...before, ...files]);
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
    const release = holdRoom(this.roomID);
    try {
      await this.#store(message, files);
    } catch (error) {
      const back = files.filter((each) => this.#leaving.delete(each));
      this.#set([...back, ...this.#files.peek()]);
      throw error;
    } finally {
      release();
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

/**
 * By scope: they outlive their room's draft, which goes when the room is closed
 * for others that were looked at. Where the disk has none of them, as on plain
 * http, they are nowhere else.
 */
const onPage = new Map<Scope, AttachedFiles>();
function filesBeside(draft: Draft, roomID: string): AttachedFiles {
  const files = onPage.get(draft.scope) ?? new AttachedFiles(roomID, draft);
  onPage.set(draft.scope, files);
  files.moveTo(draft);
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

/** Has the files beside what is being written that were attached before, on this page or by an earlier visit. */
export async function restoreAttached(
  roomID: string,
  draft: Draft,
): Promise<void> {
  const files = filesBeside(draft, roomID);
  if (restored.has(draft)) return;
  restored.add(draft);
  files.restore(await takeUpFiles(draft.scope));
}
