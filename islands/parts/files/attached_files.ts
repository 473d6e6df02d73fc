// Files that go with the next message: made ready one after the other, and described.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { altOf } from "../../../lib/chat/files.ts";
import { MAX_FILES } from "../../../lib/chat/lengths.ts";
import { Refusal } from "../../../lib/chat/refusal.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { Attached, OutgoingMessage } from "../shared/unsent_text.ts";
import { type PreparedFile, prepareFile } from "./prepare_file.ts";
import { sendWithFiles } from "./uploads.ts";

const words = roomOnUseStrings.files;

export type AttachedFile = {
  key: number;
  name: string;
  /** Undefined until it is ready. */
  prepared: Signal<PreparedFile | undefined>;
  ready: Promise<PreparedFile>;
  /** What a picture shows, as its sender says it. */
  alt: Signal<string>;
};

type Draft = { attached: Signal<Attached | undefined> };

let keys = 0;
/** One is made ready after the other: each picture is held whole for a moment. */
let turn: Promise<unknown> = Promise.resolve();

export class AttachedFiles implements Attached {
  readonly #files = signal<readonly AttachedFile[]>([]);

  constructor(private readonly roomID: string, private readonly draft: Draft) {}

  get files(): ReadonlySignal<readonly AttachedFile[]> {
    return this.#files;
  }

  /** Attaches a file, unless there are too many. */
  add(file: File, onUnreadable: () => void): void {
    const ready = turn.then(() => prepareFile(file));
    const prepared = signal<PreparedFile | undefined>(undefined);
    const { name } = file;
    const one = { key: keys++, name, prepared, ready, alt: signal("") };
    this.#files.value = [...this.#files.peek(), one];
    turn = ready.then((file) => prepared.value = file, (error) => {
      console.warn(error); // a folder, or a file that is gone by now
      this.remove(one);
      onUnreadable();
    });
  }

  remove(one: AttachedFile): void {
    this.#files.value = this.#files.peek().filter((each) => each !== one);
    const { attached } = this.draft;
    const isMine = attached.peek() === this;
    if (isMine && this.#files.peek().length === 0) attached.value = undefined;
  }

  /** Rejects when the device does not take them; with a refusal when it is full. */
  async send(message: OutgoingMessage): Promise<void> {
    const files = this.#files.peek();
    const prepared = await Promise.all(
      files.map(async ({ ready, alt }) => ({
        ...await ready,
        alt: altOf(alt.peek()),
      })),
    );
    const { roomID } = this;
    try {
      await sendWithFiles({ ...message, roomID, files: prepared });
    } catch (error) {
      if ((error as Error).name !== "QuotaExceededError") throw error;
      throw new Refusal("full", words.full);
    }
  }
}

/** Attaches files to what is being written in a room. */
export function attach(
  roomID: string,
  draft: Draft,
  files: readonly File[],
  showNotice: (text: string) => void,
): void {
  const { attached } = draft;
  const own = attached.peek() as AttachedFiles | undefined ??
    new AttachedFiles(roomID, draft);
  for (const file of files) {
    if (own.files.peek().length === MAX_FILES) {
      showNotice(words.tooMany);
      break;
    }
    own.add(file, () => showNotice(words.unreadable(file.name)));
  }
  attached.value = own;
}
