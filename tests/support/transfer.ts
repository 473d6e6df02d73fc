// A store in memory or a file with the parts that import rooms, and exports to import, as texts.
import { Sync } from "../../lib/sync/mod.ts";
import type { Room } from "../../lib/chat/schema.ts";
import { roomSpace, userSpace } from "../../lib/chat/spaces.ts";
import { chunksOf, linesIn } from "../../lib/chat/transfer/room_lines.ts";
import { chatDomain, type ChatSync } from "../../lib/web/chat/domain.ts";
import { FileUses } from "../../lib/web/files/file_uses.ts";
import { type FileLimits, Uploads } from "../../lib/web/files/uploads.ts";
import { Imports, type ImportState } from "../../lib/web/transfer/imports.ts";
import { bytesOf, roomLines } from "../../lib/web/transfer/room_export.ts";

export const MANY = { bytes: 1e9, files: 1_000 };

export class TransferStore implements Disposable {
  readonly sync: ChatSync;
  readonly uploads: Uploads;
  readonly fileUses: FileUses;
  readonly imports: Imports;

  /** Over a KV as it is. */
  constructor(readonly kv: Deno.Kv, limits: Partial<FileLimits> = {}) {
    const all = { maxBytes: 25e6, person: MANY, room: MANY, ...limits };
    this.sync = new Sync(kv, chatDomain);
    this.uploads = new Uploads(kv, all, this.sync);
    this.fileUses = new FileUses(kv, this.sync, all.room);
    this.imports = new Imports(kv, this.sync, this.uploads, this.fileUses);
  }

  /** With a person "ada" in it. */
  static async open(
    path = ":memory:",
    limits: Partial<FileLimits> = {},
  ): Promise<TransferStore> {
    const store = new TransferStore(await Deno.openKv(path), limits);
    await store.addPerson("ada", "Ada");
    return store;
  }

  async addPerson(userID: string, name: string): Promise<void> {
    await this.sync.write(
      [userSpace(userID)],
      (own) => own.set("profile", { name }),
    );
  }

  /** Imports a text from its beginning or from where it was. */
  async import(
    text: string,
    { skip = false, visibility = "private", by = "ada", source = text }: {
      skip?: boolean;
      visibility?: Room["visibility"];
      by?: string;
      source?: string;
    } = {},
  ): Promise<ImportState> {
    source = source.slice(0, 1_000) || "empty";
    let state = await this.imports.begin(by, { source, skip, visibility });
    if (state.state !== "open") return state;
    const bytes = new Blob([text]).stream();
    for await (const chunk of chunksOf(linesIn(bytes), state.line + 1)) {
      const lines = chunk.lines.map(({ text }) => text);
      state = await this.imports.add(by, state.id, { ...chunk, lines });
    }
    return state;
  }

  /** A room as a text. */
  async export(roomID: string): Promise<string> {
    const lines = roomLines(
      this.kv,
      this.sync,
      roomID,
      () => Promise.resolve(),
    );
    const decoder = new TextDecoder();
    let text = "";
    for await (const bytes of bytesOf(lines)) {
      text += decoder.decode(bytes, { stream: true });
    }
    return text;
  }

  /** What a room has, by key. */
  async entries(roomID: string): Promise<Map<string, unknown>> {
    const all = await Array.fromAsync(this.sync.scan(roomSpace(roomID), ""));
    return new Map(all.map(({ key, value }) => [key, value]));
  }

  /** All records outside of spaces' own, and the spaces that there are. */
  async keys(): Promise<string[]> {
    const all = await Array.fromAsync(this.kv.list({ prefix: [] }));
    return all.map(({ key }) => key.map(String).join(" "));
  }

  [Symbol.dispose](): void {
    this.sync.close();
    this.kv.close();
  }
}

/** The text of an export with such lines between its first and its last. */
export function exportOf(
  lines: readonly (object | string)[],
  room = {},
): string {
  const head = {
    kvetch: "room",
    format: 1,
    exportedAt: 2,
    room: {
      ...{ id: "there", name: "Nest", topic: "Plans" },
      ...{ visibility: "private", createdAt: 1 },
      ...room,
    },
  };
  const all = [head, ...lines, { end: lines.length + 1 }];
  return all.map((line) =>
    `${typeof line === "string" ? line : JSON.stringify(line)}\n`
  ).join("");
}

/** The line of a message. */
export const said = (id: string, more: object = {}) => ({
  message: {
    ...{ id, authorID: "bob", from: "Bob", content: `This is ${id}.` },
    ...{ createdAt: 1_000, ...more },
  },
});
