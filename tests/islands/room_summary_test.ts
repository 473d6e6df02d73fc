// What a copy on the device says of a room in the list.
import { assertEquals } from "@std/assert";
import {
  emptyRoom,
  type MembersCopy,
  summaryOf,
  withNews,
} from "../../islands/parts/rooms/room_summary.ts";
import { roomMutators } from "../../lib/chat/mutators.ts";
import type { Member, Message, Room } from "../../lib/chat/schema.ts";
import type { RoomSummary } from "../../lib/chat/views.ts";
import { memoryTransaction } from "../support/memory_transaction.ts";

const NOBODY: ReadonlySet<string> = new Set();

Deno.test("What was written without a network counts in no list until the server has it, though it was edited or deleted since (E3)", async () => {
  const copy = await copyOf("bob", "bob");
  const offline = roomMutators({ userID: "ada", now: () => 1 });
  const { tx } = copy;
  for (const id of ["kept", "edited", "deleted"]) {
    await offline.createMessage(tx, { id, content: "…" });
  }
  await offline.editMessage(tx, { id: "edited", content: "!" });
  await offline.deleteMessage(tx, { id: "deleted" });
  assertEquals(copy.summary().messageCount, 2);
  // Two more by others: the copy is older than the list, and says nothing.
  const listed = { ...emptyRoom("r"), messageCount: 4, unread: 4 };
  assertEquals(copy.summary(listed), listed);
});

Deno.test("An older message that is edited without a network stays counted (E3)", async () => {
  const copy = await copyOf("ada", "bob");
  const offline = roomMutators({ userID: "ada", now: () => 1 });
  await offline.editMessage(copy.tx, { id: "m0", content: "!" });
  const { messageCount, unread } = copy.summary();
  assertEquals({ messageCount, unread }, { messageCount: 2, unread: 1 });
});

const listed: RoomSummary = {
  ...emptyRoom("r"),
  name: "Nest",
  member: true,
  messageCount: 12,
  readSeq: 10,
  unread: 2,
  mention: true,
  mentions: 1,
  notify: "mentions",
};

Deno.test("A copy that is older than the list changes nothing in it (A23)", () => {
  const told = { ...listed, name: "Old", messageCount: 11, unread: 1 };
  assertEquals(withNews(listed, told), listed);
});

Deno.test("What a copy tells is listed, but for what its person has set for the room (A23)", () => {
  const { notify: _, ...room } = listed;
  const told = { ...room, name: "New", messageCount: 13, unread: 3 };
  assertEquals(withNews(listed, told), {
    ...told,
    favourite: undefined,
    notify: "mentions",
  });
});

Deno.test("What the list knows to be read is not unread again because a copy does not know it (A23)", () => {
  const unreadAt = (told: Partial<RoomSummary>) => {
    const news = withNews(listed, { ...listed, readSeq: 2, ...told });
    return [news.readSeq, news.unread, news.mentions, news.mention];
  };
  const many = { unread: 10, mentions: 4 };
  assertEquals(unreadAt(many), [10, 2, 1, true]);
  assertEquals(unreadAt({ ...many, messageCount: 13 }), [10, 3, 2, true]);
  // Some were deleted.
  assertEquals(unreadAt({ unread: 1, mentions: 0 }), [10, 1, 0, false]);
  const all = { ...listed, readSeq: 12, unread: 0, mentions: 0 };
  assertEquals(withNews(all, { ...listed, ...many, readSeq: 2 }), {
    ...all,
    favourite: undefined,
    mention: false,
  });
});

/** Ada's copy of a room in which these have written, with a transaction of her browser. */
async function copyOf(...authors: string[]) {
  const entries = new Map<string, unknown>([
    ["room", { id: "r", name: "Nest", messageCount: 0 }],
  ]);
  for (const id of ["ada", "bob"]) {
    entries.set(`member/${id}`, { id, name: id });
  }
  const server = memoryTransaction(entries);
  for (const [i, userID] of authors.entries()) {
    const { createMessage } = roomMutators({ userID, now: () => 0 });
    await createMessage(server, { id: `m${i}`, content: "…" });
  }
  const now = (): MembersCopy => ({
    room: entries.get("room") as Room,
    me: entries.get("member/ada") as Member,
    members: [],
    messages: [...entries].filter(([key]) => key.startsWith("message/"))
      .map(([, value]) => value as Message),
  });
  return {
    tx: memoryTransaction(entries, "client"),
    summary: (listed = emptyRoom("r")) => summaryOf(listed, now(), NOBODY),
  };
}
