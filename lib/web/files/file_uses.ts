// Which messages have which files: noted before a push is taken, and looked at again in the background.
import { filesArgs } from "../../chat/files.ts";
import { args, type FileFacts, type Message } from "../../chat/schema.ts";
import type { FileOf } from "../../chat/server_mutators.ts";
import { kindOf, roomSpace } from "../../chat/spaces.ts";
import { type Chore, commitOrUnavailable, SyncError } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import {
  addUsage,
  attempted,
  deletePieces,
  discardUnused,
  factsOf,
  fileKeys,
  type FileUse,
  fits,
  orUnavailable,
  type StoredFile,
  uploaderOf,
  type Usage,
} from "./file_store.ts";

/** Each is looked up in turn; a browser sends 500 mutations at a time. */
const MAX_FILES_PER_PUSH = 1_000;
/** A use that was noted so lately needs no note again. */
const RECENT_MS = 3_600_000;
/** What nobody has asked to keep for so long goes, unless a message has it. No push takes that long. */
const KEPT_MS = 24 * 3_600_000;

/** Whether it is long ago, by two times in milliseconds since 1970. */
const isOld = (at: number, now: number): boolean => now - at > KEPT_MS;

const NO_MORE: Usage = { bytes: 0, files: 0 };

/** Where a file is about to be. */
export type Place = { roomID: string; messageID: string };

/**
 * The files of messages. Commits of lib/sync know nothing of them: a use is
 * noted before its message is there, and taken out when the message is not there
 * a day later, for whatever reason. A file goes when it has no uses. So each
 * step can be the last one before a crash.
 */
export class FileUses {
  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
    /** Of the files in the messages of a room. */
    private readonly limit: Usage,
  ) {}

  /**
   * Looks up the files of the messages that a push creates in a room, and notes
   * that they are about to be there. Those of somebody who is no member count
   * as missing: their messages are refused. `onFiles` is told how many there
   * are. Throws a `malformed` error for more than a thousand.
   */
  async lookUp(
    userID: string,
    space: string,
    mutations: readonly unknown[],
    onFiles: (files: number) => Promise<void>,
  ): Promise<FileOf> {
    const kind = kindOf(space);
    const found = new Map<string, FileFacts | "full">();
    const named = kind?.kind === "room" ? filesIn(mutations) : [];
    if (named.length > MAX_FILES_PER_PUSH) {
      throw new SyncError(
        "malformed",
        `mutations: at most ${MAX_FILES_PER_PUSH} files in one push.`,
      );
    }
    if (
      kind?.kind === "room" && named.length > 0 &&
      await this.#isMember(space, userID)
    ) {
      await onFiles(named.length);
      for (const { messageID, fileID } of named) {
        const place = { roomID: kind.roomID, messageID };
        const use = await this.note(userID, fileID, place);
        if (use) found.set(`${messageID} ${fileID}`, use);
      }
    }
    return (messageID, fileID) =>
      found.get(`${messageID} ${fileID}`) ?? "missing";
  }

  async #isMember(space: string, userID: string): Promise<boolean> {
    const key = `member/${userID}`;
    if (this.sync.remembered(space, key)?.[0]) return true;
    const [member] = await this.sync.get(space, key);
    return member !== undefined;
  }

  /** Notes a use of a file, and keeps the file for another day; undefined when it is not there. */
  note(
    userID: string,
    fileID: string,
    { roomID, messageID }: Place,
  ): Promise<FileFacts | "full" | undefined> {
    return attempted<FileFacts | "full" | undefined>(async () => {
      const [file, use, usage] = await orUnavailable(
        this.kv.getMany<[StoredFile, FileUse, Usage]>([
          fileKeys.file(userID, fileID),
          fileKeys.use(userID, fileID, roomID, messageID),
          fileKeys.usage("room", roomID),
        ]),
      );
      if (!file.value?.found) return { value: undefined };
      const facts = { value: factsOf(fileID, file.value) };
      const at = Date.now();
      if (use.value && at - use.value.at < RECENT_MS) return facts;
      const { size } = file.value;
      // The file changes with each use, so that who is about to delete it does not.
      const atomic = this.kv.atomic().check(file).check(use)
        .set(file.key, { ...file.value, confirmedAt: at })
        .set(use.key, { size, at });
      if (!use.value) {
        const more = await this.#isAlone(use.key)
          ? { bytes: size, files: 1 }
          : NO_MORE;
        if (!fits(usage.value, more, this.limit)) return { value: "full" };
        addUsage(atomic, usage, more);
      }
      return await commitOrUnavailable(atomic) ? facts : null;
    });
  }

  /**
   * Whether no other message of the room has the file: it counts once there.
   * As the usage is checked and set with each use that comes or goes, this is
   * still so when that is committed.
   */
  async #isAlone(use: Deno.KvKey): Promise<boolean> {
    const uses = await orUnavailable(
      Array.fromAsync(
        this.kv.list({ prefix: use.slice(0, -1) }, { limit: 2 }),
      ),
    );
    return uses.every(({ key }) => key.at(-1) === use.at(-1));
  }

  /** What is to be looked at in the background, in this order: uses, then files without any, then their pieces. */
  chores(): Chore[] {
    return [
      {
        name: "fileUses",
        prefix: fileKeys.uses(),
        handle: (use, now) =>
          this.#expireUse(use as Deno.KvEntry<FileUse>, now),
      },
      {
        name: "files",
        prefix: fileKeys.files(),
        handle: async (entry, now) => {
          const file = entry as Deno.KvEntry<StoredFile>;
          if (!isOld(file.value.confirmedAt, now)) return;
          await discardUnused(this.kv, file);
        },
      },
      {
        name: "discarded",
        prefix: fileKeys.allDiscarded(),
        handle: ({ key }) => deletePieces(this.kv, key[1] as string),
      },
    ];
  }

  /** Takes a use out whose message is not there, or does not have the file any more. */
  async #expireUse(
    use: Deno.KvEntry<FileUse>,
    now: number,
  ): Promise<void> {
    const { size, at } = use.value;
    if (!isOld(at, now)) return;
    const [, userID, fileID, roomID, messageID] = use.key as string[];
    const [found] = await this.sync
      .get(roomSpace(roomID), `message/${messageID}`);
    const message = found as Message | undefined;
    const isThere = message && uploaderOf(message) === userID &&
      hasFile(message, fileID);
    if (isThere) return;
    await attempted(async () => {
      const [current, usage] = await orUnavailable(
        this.kv.getMany<[FileUse, Usage]>(
          [use.key, fileKeys.usage("room", roomID)],
        ),
      );
      const isDone = { value: undefined };
      if (current.versionstamp !== use.versionstamp) return isDone;
      const atomic = this.kv.atomic().check(use).delete(use.key);
      const less = { bytes: -size, files: -1 };
      addUsage(atomic, usage, await this.#isAlone(use.key) ? less : NO_MORE);
      return await commitOrUnavailable(atomic) ? isDone : null;
    });
  }
}

/** Whether a message has that file. */
export const hasFile = ({ files }: Message, fileID: string): boolean =>
  files?.some(({ id }) => id === fileID) ?? false;

/** Whether args may name files: most don't, and are checked by their mutator alone. */
const hasFiles = (input: unknown): boolean =>
  input !== null && typeof input === "object" && Object.hasOwn(input, "files");

/** The files of all messages that mutations create, those apart whose args are refused. */
function filesIn(
  mutations: readonly unknown[],
): { messageID: string; fileID: string }[] {
  return mutations.flatMap((mutation) => {
    const { name, args: input } = (mutation ?? {}) as Record<string, unknown>;
    if (name !== "createMessage" || !hasFiles(input)) return [];
    const message = args.createMessage.try(input, { mode: "strip" });
    const named = filesArgs.try(input, { mode: "strip" });
    if (!message.ok || !named.ok) return [];
    return named.value.files.map(({ id }) => ({
      messageID: message.value.id,
      fileID: id,
    }));
  });
}
