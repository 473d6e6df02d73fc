// The messages with files that have not been sent, with their files, on this device: in IndexedDB, shared by all tabs.
import { resultOf } from "../../../lib/replica/local/idb.ts";
import { mayBeThere, storesIn } from "./device_stores.ts";
import type { PreparedFile } from "./prepare_file.ts";

export type UnsentFile = PreparedFile & {
  alt?: string;
  /** The hash of its content, once it is uploaded. */
  id?: string;
};

/** As it is stored: releases before and after read it, too. */
export type UnsentMessage = {
  id: string;
  userID: string;
  roomID: string;
  content: string;
  replyTo?: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** The IDs that its files had while they were attached. */
  attached?: string[];
  files: UnsentFile[];
  /** `sent`: its mutation has been made, and waits for the server. */
  state: "uploading" | "sent" | "refused";
  /** Why it was refused, for a person. */
  reason?: string;
};

const DATABASE = "uploads";
const use = storesIn(DATABASE, ["messages"]);

export const add = (message: UnsentMessage): Promise<unknown> =>
  use("readwrite", (messages) => resultOf(messages.add(message)));

/** Changes nothing where it was discarded meanwhile, in whatever tab. */
export const change = (
  id: string,
  changes: Partial<UnsentMessage>,
): Promise<void> =>
  use("readwrite", async (messages) => {
    const before = await resultOf(messages.get(id));
    if (before) await resultOf(messages.put({ ...before, ...changes }));
  });

export const discard = (id: string): Promise<void> =>
  use("readwrite", (messages) => resultOf(messages.delete(id)));

/** Everybody's on this device, the oldest first. */
export async function allUnsent(): Promise<UnsentMessage[]> {
  if (!await mayBeThere(DATABASE)) return [];
  const all: UnsentMessage[] = await use(
    "readonly",
    (messages) => resultOf(messages.getAll()),
  );
  return all.sort((a, b) => a.createdAt - b.createdAt);
}
