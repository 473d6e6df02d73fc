// How many messages a notice takes.
import { assertEquals } from "@std/assert";
import {
  MAX_MESSAGES,
  messagesNeeded,
} from "../../islands/parts/device/room_news.ts";
import { newsIn } from "../../lib/chat/news.ts";
import type { Member, Message } from "../../lib/chat/schema.ts";

const room = {
  messageCount: 12,
  known: 12,
  wanted: "all",
  oldestNotice: Infinity,
} as const;

Deno.test("Of a room with nothing new, as after a reaction or an edit, no message is fetched to notify (A21)", () => {
  assertEquals(messagesNeeded(room), 0);
  assertEquals(messagesNeeded({ ...room, known: 13 }), 0);
});

Deno.test("What is new is fetched, up to a number of messages, and none of a room of which nothing is wanted (A21)", () => {
  const news = { ...room, known: 9 };
  assertEquals(messagesNeeded(news), 3);
  assertEquals(messagesNeeded({ ...news, wanted: "mentions" }), 3);
  assertEquals(messagesNeeded({ ...news, wanted: "nothing" }), 0);
  assertEquals(messagesNeeded({ ...news, known: -1e6 }), MAX_MESSAGES);
});

Deno.test("A notice that stands has its message looked for, though nothing is new or wanted (A21)", () => {
  const told = { ...room, oldestNotice: 11 };
  assertEquals(messagesNeeded(told), 2);
  assertEquals(messagesNeeded({ ...told, wanted: "nothing" }), 2);
  assertEquals(messagesNeeded({ ...told, oldestNotice: 1e6 }), 0);
});

Deno.test("One is told of what others wrote: all, what mentions one, or nothing, and never of whom one has blocked (A21)", () => {
  const message = (seq: number, authorID: string, content = "…") =>
    ({ id: `m${seq}`, seq, authorID, content }) as Message;
  const messages = [
    message(1, "bob"),
    message(2, "ada", "@Ada"),
    message(3, "bob", "@Ada"),
    message(4, "eve", "@Ada"),
    message(5, "bob"),
  ];
  const me = { id: "ada", name: "Ada" } as Member;
  const told = (
    wanted: "nothing" | "mentions" | "all",
    room: { createdBy: string; direct?: true } = { createdBy: "bob" },
  ) =>
    newsIn(room, messages, 1, wanted, me, new Set(["eve"]))
      .map(({ seq }) => seq);
  assertEquals(told("all"), [3, 5]);
  assertEquals(told("mentions"), [3]);
  assertEquals(told("nothing"), []);

  // Each direct message is as good as a mention; of what one who is blocked has begun none is told.
  const direct = { createdBy: "bob", direct: true } as const;
  assertEquals(told("mentions", direct), [3, 5]);
  assertEquals(told("nothing", direct), []);
  assertEquals(told("all", { ...direct, createdBy: "eve" }), []);
});
