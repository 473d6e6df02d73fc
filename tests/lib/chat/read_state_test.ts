// How far one has read.
import { assertEquals } from "@std/assert";
import { roomMutators } from "../../../lib/chat/mutators.ts";
import { readSeqIn, unreadAfter } from "../../../lib/chat/read_state.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import type { Room } from "../../../lib/chat/schema.ts";
import { memoryTransaction } from "../../support/memory_transaction.ts";

Deno.test("Own messages right after what one has read count as read (E4)", async () => {
  const room = await written("bob", "ada", "ada");
  assertEquals(room.messageCount, 3);
  assertEquals(readSeqIn(room, "ada", 1), 3);
  assertEquals(readSeqIn(room, "ada", 2), 3);
});

Deno.test("Messages of others before or after them do not (E4)", async () => {
  assertEquals(readSeqIn(await written("bob", "ada"), "ada", 0), 0);
  assertEquals(readSeqIn(await written("ada", "bob"), "ada", 0), 1);
  assertEquals(readSeqIn(await written("ada", "bob", "ada"), "ada", 0), 1);
  assertEquals(readSeqIn(await written("ada", "bob", "ada"), "ada", 2), 3);
  assertEquals(readSeqIn(await written("ada"), "bob", 0), 0);
  assertEquals(readSeqIn({}, "ada", 1), 1);
});

Deno.test("A room keeps its last three runs (E4)", async () => {
  const { runs } = await written("ada", "bob", "bob", "ada", "eve", "ada");
  assertEquals(runs, [
    { by: "ada", from: 4, to: 4 },
    { by: "eve", from: 5, to: 5 },
    { by: "ada", from: 6, to: 6 },
  ]);
});

/** A room in which these have written, one after the other. */
async function written(...authors: string[]): Promise<Room> {
  const entries = new Map<string, unknown>([["room", { messageCount: 0 }]]);
  for (const name of authors) entries.set(`member/${name}`, { name });
  const tx = memoryTransaction(entries);
  for (const [i, userID] of authors.entries()) {
    const { createMessage } = roomMutators({ userID, now: () => 0 });
    await createMessage(tx, { id: `m${i}`, content: "…" });
  }
  return entries.get("room") as Room;
}

Deno.test("What a page knows to be read is not unread, and what was deleted stays uncounted (T27)", () => {
  // Of ten messages after the second, three are there.
  const room = { messageCount: 12, readSeq: 2, unread: 3 } as RoomSummary;
  assertEquals(unreadAfter(room, 0), 3);
  assertEquals(unreadAfter(room, 2), 3);
  assertEquals(unreadAfter(room, 5), 3);
  assertEquals(unreadAfter(room, 10), 2);
  assertEquals(unreadAfter(room, 12), 0);
  assertEquals(unreadAfter(room, 15), 0);
});

Deno.test("Of a room counts what its person wants to be told of: all, mentions, or nothing (A21)", () => {
  const room = {
    messageCount: 12,
    readSeq: 2,
    unread: 8,
    mention: true,
    mentions: 3,
  } as RoomSummary;
  const counts = (read: number) =>
    (["all", "mentions", "muted"] as const)
      .map((notify) => unreadAfter({ ...room, notify }, read));
  assertEquals(counts(0), [8, 3, 0]);
  assertEquals(counts(11), [1, 1, 0]);
  assertEquals(counts(12), [0, 0, 0]);
  const none = { ...room, notify: "mentions", mentions: undefined } as const;
  assertEquals(unreadAfter(none, 0), 0);
});
