// Sends messages with files: they stay on the device until the server has confirmed them; their files are uploaded, then the message is made. One tab of a browser does it for all, as long as it is not frozen.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { messageIn } from "../../../lib/chat/queries.ts";
import { reasonOf } from "../../../lib/chat/refusal.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { User } from "../../../lib/chat/views.ts";
import { coalesce } from "../../../lib/replica/coalesce.ts";
import { keepStorage } from "../../../lib/replica/local/idb.ts";
import { electLiving } from "../../../lib/replica/local/living_leader.ts";
import {
  type Rejection,
  rejectionsIn,
} from "../../../lib/replica/rejections.ts";
import type { Status } from "../../../lib/replica/mod.ts";
import { AnswerRefused } from "../shared/ask_until_answered.ts";
import { errorWords } from "../shared/error_words.ts";
import { fileURLs, noteFileURL } from "../shared/file_urls.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import { hashesOf, takeBack, uploadFile } from "./upload_file.ts";
import {
  add,
  allUnsent,
  change,
  discard,
  type UnsentFile,
  type UnsentMessage,
} from "./upload_store.ts";

/** A room that is open on this page. */
type OpenRoom = {
  roomID: string;
  replica: RoomReplica | undefined;
  writable: RoomReplica | undefined;
  status: Status;
  /** How many of its messages have files to be uploaded: it stays open for them. */
  uploading: number;
};

type OpenRooms = {
  all: ReadonlySignal<readonly OpenRoom[]>;
  /** The room of that ID, opened if it is not. */
  take(roomID: string): OpenRoom;
};

/** What the tabs of a person tell each other: how many bytes of a message are there; else that what is stored has changed. */
type News = { id: string; bytes: number } | null;

/** Of a file that the server has lost, so often it is uploaded again. */
const MAX_ROUNDS = 3;
/** Pictures of which this page remembers what it has sent. */
const MAX_URLS = 100;

/** The person's messages with files that are not confirmed, the oldest first. */
export const unsentMessages = signal<readonly UnsentMessage[]>([]);

/** By the ID of a message, how many bytes of its files are there. */
export const uploadedBytes = signal<ReadonlyMap<string, number>>(new Map());

let begin: (uploads: Uploads) => void;
/** Files that were given to the page before it was alive may be sent before these are there. */
let current = new Promise<Uploads>((resolve) => begin = resolve);

/** Begins; returns the end of it. */
export function startUploads(user: User, rooms: OpenRooms): () => void {
  const uploads = new Uploads(user, rooms);
  begin(uploads);
  current = Promise.resolve(uploads);
  return () => uploads.close();
}

/** Rejects when the device does not take it; then nothing is kept. */
export const sendWithFiles = async (
  message: Omit<UnsentMessage, "userID" | "createdAt" | "state">,
): Promise<void> => (await current).add(message);

/** Has a room stay open, as its draft has a message back that is not stored; returns the end of it. */
export function holdRoom(roomID: string): () => void {
  const held = current.then((uploads) => uploads.hold(roomID));
  return () => void held.then((release) => release());
}

export const cancelUpload = async (id: string): Promise<void> =>
  (await current).cancel(id);

export const retryUpload = async (id: string): Promise<void> =>
  (await current).retry(id);

class Uploads {
  readonly #channel: BroadcastChannel;
  readonly #resign: () => void;
  /** By the ID of the message, what ends the work on it. */
  readonly #jobs = new Map<string, AbortController>();
  /** One message is uploaded after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #leads = false;

  constructor(private readonly user: User, private readonly rooms: OpenRooms) {
    const name = `uploads/${user.userID}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<News>) => {
      if (data) this.#show(data.id, data.bytes);
      else this.#look().catch(reportError);
    };
    this.#look().catch(console.warn); // where the disk fails
    this.#resign = electLiving(name, () => {
      this.#leads = true;
      this.#look().catch(console.warn);
      return () => {
        this.#leads = false;
        for (const job of this.#jobs.values()) job.abort();
      };
    });
  }

  close(): void {
    this.#resign();
    this.#channel.close();
  }

  hold(roomID: string): () => void {
    const room = this.rooms.take(roomID);
    room.uploading++;
    return () => room.uploading--;
  }

  async add(message: Parameters<typeof sendWithFiles>[0]): Promise<void> {
    const { userID } = this.user;
    await add({
      ...message,
      userID,
      createdAt: Date.now(),
      state: "uploading",
    });
    keepStorage();
    await this.#changed();
  }

  async cancel(id: string): Promise<void> {
    await discard(id);
    await this.#changed();
  }

  async retry(id: string): Promise<void> {
    await change(id, { state: "uploading" });
    await this.#changed();
  }

  async #changed(): Promise<void> {
    this.#channel.postMessage(null);
    await this.#look();
  }

  /** Looks at what is stored, and does what is to be done. */
  readonly #look = coalesce(async () => {
    const { userID } = this.user;
    const all = (await allUnsent()).filter((each) => each.userID === userID);
    for (const file of all.flatMap(({ files }) => files)) showFromHere(file);
    unsentMessages.value = all;
    const ids = new Set(all.map(({ id }) => id));
    for (const [id, job] of this.#jobs) if (!ids.has(id)) job.abort();
    if (!this.#leads) return;
    for (const message of all) {
      if (message.state !== "refused" && !this.#jobs.has(message.id)) {
        this.#work(message).catch(reportError);
      }
    }
  });

  async #work(message: UnsentMessage): Promise<void> {
    const { id, roomID } = message;
    const job = new AbortController();
    this.#jobs.set(id, job);
    const release = this.hold(roomID);
    try {
      await this.#send(message, job.signal);
      await discard(id);
    } catch (error) {
      if (!job.signal.aborted) {
        const reason = error instanceof AnswerRefused
          ? reasonOf(error)
          : errorWords(error);
        await change(id, { state: "refused", reason });
        await this.#dismissRejections(id, this.#room(roomID).replica);
      }
    } finally {
      release();
    }
    // Where the disk has failed it stays: the next visit tries again, and not this one for ever.
    this.#jobs.delete(id);
    await this.#changed();
  }

  /** Resolves once the server has the message, or somebody has deleted it there. */
  async #send(message: UnsentMessage, signal: AbortSignal): Promise<void> {
    const { id, roomID } = message;
    let { state } = message;
    for (let round = 1;; round++) {
      if (state === "uploading") await this.#make(message, signal);
      const refused = await this.#answered(id, roomID, signal);
      if (!refused) return;
      const isLost = refused.code === "file-missing" && round < MAX_ROUNDS;
      if (!isLost) throw new AnswerRefused(refused.code, refused.message);
      state = "uploading";
      await change(id, { state });
    }
  }

  /** Uploads its files, and then creates the message. */
  async #make(message: UnsentMessage, signal: AbortSignal): Promise<void> {
    const { id, roomID, content, replyTo } = message;
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const uploading = this.#turn.then(() => this.#upload(message, ended));
    this.#turn = uploading.catch(() => {});
    // A room that is gone by then is not uploaded for to the end.
    const files = await Promise.race([
      uploading,
      this.#until<never>(roomID, ended, refuseIfOver),
    ]).finally(() => over.abort());
    files.forEach(showFromHere); // before the message does
    await change(id, { files });
    const replica = await this.#until(roomID, signal, (room) => {
      refuseIfOver(room);
      // Where one is no member the mutator says so.
      return room.writable ?? (room.status.fresh ? room.replica : undefined);
    });
    await this.#dismissRejections(id, replica);
    signal.throwIfAborted(); // another tab has it now, or nobody
    const distinct = new Map(files.map((file) => [file.id, file]));
    const created = {
      id,
      content,
      files: [...distinct.values()].map((file) => {
        const { content: _, thumbnail: __, ...said } = file;
        return said;
      }),
    };
    // The same message however often: it may be there already.
    await replica.mutate.createMessage(
      JSON.parse(JSON.stringify({ ...created, replyTo })),
    );
    // At once, as the message shows by now.
    unsentMessages.value = unsentMessages.peek().map((each) =>
      each.id === id ? { ...each, state: "sent" } : each
    );
    await change(id, { state: "sent" });
    await this.#changed();
  }

  async #upload(
    { id, files }: UnsentMessage,
    signal: AbortSignal,
  ): Promise<(UnsentFile & { id: string })[]> {
    const { userID } = this.user;
    const uploaded: (UnsentFile & { id: string })[] = [];
    const begun: string[] = [];
    let before = 0;
    try {
      for (const file of files) {
        const { content } = file;
        const hashes = await hashesOf(content, signal);
        begun.push(hashes.id);
        const facts = await uploadFile({
          userID,
          content,
          hashes,
          signal,
          onProgress: (bytes) => {
            this.#show(id, before + bytes);
            this.#channel.postMessage({ id, bytes: before + bytes });
          },
        });
        uploaded.push({ ...file, ...facts });
        before += file.size;
      }
    } catch (error) {
      // Cancelled, or refused: what of it is there makes room for others.
      if (!signal.aborted || this.#leads) {
        for (const fileID of begun) takeBack(userID, fileID);
      }
      throw error;
    }
    return uploaded;
  }

  /** Resolves once the server has answered to the message: with its refusal, if it is one. */
  async #answered(
    id: string,
    roomID: string,
    signal: AbortSignal,
  ): Promise<Rejection | undefined> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<
      Rejection | undefined
    >();
    const look = coalesce(async () => {
      const { replica } = this.#room(roomID);
      if (!replica || signal.aborted) return;
      const find = () =>
        replica.query(async (tx) => ({
          message: await messageIn(tx, id),
          rejection: (await rejectionsIn(tx)).find((each) => isOf(each, id)),
        }));
      const { message, rejection } = await find();
      if (message ? !message.pending : rejection) return resolve(rejection);
      const unsent = await replica.unsent();
      if (message || unsent.some((each) => isOf(each, id))) return;
      // It is not here and not on its way: the server is asked, which may have
      // answered an earlier visit.
      await replica.bring({ key: `message/${id}` });
      const now = await find();
      if (!now.message) resolve(now.rejection);
    });
    const end = effect(() => {
      const { replica, status } = this.#room(roomID);
      if (!replica || !status.fresh || status.syncing) return;
      look().catch(console.warn); // without an answer: the next one is waited for
    });
    signal.addEventListener("abort", () => reject(signal.reason));
    return await promise.finally(end);
  }

  readonly #room = (roomID: string): OpenRoom =>
    this.rooms.all.value.find((each) => each.roomID === roomID) ??
      this.rooms.take(roomID);

  /** Resolves with what `look` finds in an open room, as soon as it finds something; rejects with what it throws. */
  async #until<T>(
    roomID: string,
    signal: AbortSignal,
    look: (room: OpenRoom) => T | undefined,
  ): Promise<T> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = effect(() => {
      try {
        const found = look(this.#room(roomID));
        if (found !== undefined) resolve(found);
      } catch (error) {
        reject(error);
      }
    });
    signal.addEventListener("abort", () => reject(signal.reason));
    return await promise.finally(end);
  }

  /** What an earlier try came to is no news any more. */
  async #dismissRejections(
    id: string,
    replica: RoomReplica | undefined,
  ): Promise<void> {
    if (!replica) return;
    for (const rejection of await replica.query(rejectionsIn)) {
      const { clientID, mutationID } = rejection;
      if (!isOf(rejection, id)) continue;
      await replica.mutate.dismissRejection({ clientID, mutationID });
    }
  }

  #show(id: string, bytes: number): void {
    uploadedBytes.value = new Map(uploadedBytes.peek()).set(id, bytes);
  }
}

/** Throws where a room takes nothing from here any more. */
function refuseIfOver({ status: { paused } }: OpenRoom): undefined {
  if (paused === "gone" || paused === "forbidden") {
    throw new AnswerRefused(paused, roomOnUseStrings.paused.why[paused]);
  }
}

/** Whether a mutation is about a message. */
const isOf = ({ args }: { args: unknown }, id: string): boolean =>
  (args as { id?: unknown } | null)?.id === id;

/** A picture that was sent from here is shown from here. */
function showFromHere({ id, thumbnail }: UnsentFile): void {
  if (!id || !thumbnail || fileURLs.peek().has(id)) return;
  noteFileURL(id, URL.createObjectURL(thumbnail));
  const [oldest] = fileURLs.peek();
  if (fileURLs.peek().size <= MAX_URLS) return;
  const rest = new Map(fileURLs.peek());
  rest.delete(oldest[0]);
  fileURLs.value = rest;
  URL.revokeObjectURL(oldest[1]);
}
