// Fills a store with a room, as release 10864fc stored it: both it and what came later can serve the file.
import type { Message } from "../../lib/chat/schema.ts";

const MESSAGES_PER_COMMIT = 250; // messages: two sets each, and well below 819,200 bytes

const encode = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value));

/**
 * Makes a public room of these messages, in their order. Of its log there is
 * the newest entry, as if the rest were pruned.
 */
export async function seedRoom(
  kv: Deno.Kv,
  id: string,
  name: string,
  messages: Iterable<Omit<Message, "seq" | "authorID" | "reactions">>,
): Promise<void> {
  const space = `room:${id}`;
  let seq = 0;
  let atomic = kv.atomic();
  for (const message of messages) {
    seq++;
    const stored: Message = {
      ...message,
      seq,
      authorID: "01M80000000000000000000000",
      reactions: {},
    };
    const key = `message/${message.id}`;
    atomic.set(["entry", space, key], encode(stored));
    atomic.set(["order", space, "message/", seq, key], 0);
    if (seq % MESSAGES_PER_COMMIT > 0) continue;
    await atomic.commit();
    atomic = kv.atomic();
  }
  await atomic.commit();
  const room = {
    id,
    name,
    topic: "",
    visibility: "public",
    createdBy: "nobody",
    createdAt: 0,
    messageCount: seq,
  };
  const entry = {
    mark: crypto.randomUUID(),
    at: Date.now(),
    ops: [{ key: "room", value: room }],
    lastMutationIDs: [],
    end: true,
  };
  await kv.atomic().set(["entry", space, "room"], encode(room))
    .set(["log", space, 1], encode(entry))
    .set(["version", space], 1)
    .commit();
}
