// The rules of the mutators, as lib/chat/README.md numbers them, on entries in memory.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import type { WriteTransaction } from "replicache";
import { type Args, roomMutators } from "../../../lib/chat/mutators.ts";
import { Refusal } from "../../../lib/chat/refusal.ts";
import type { Message, Room } from "../../../lib/chat/schema.ts";
import {
  serverRoomMutators,
  serverUserMutators,
} from "../../../lib/chat/server_mutators.ts";
import { memoryTransaction } from "../../support/memory_transaction.ts";

type Entries = Map<string, unknown>;
type Mutate = (tx: WriteTransaction, args: Args) => Promise<void>;

/** Ada's room, of which Bob is a member. */
function openRoom(): Entries {
  const room: Room = {
    id: "nest",
    name: "Nest",
    topic: "",
    visibility: "public",
    createdBy: "ada",
    createdAt: 0,
    messageCount: 0,
  };
  const member = (id: string, name: string, role: string) =>
    [`member/${id}`, { id, name, role, joinedAt: 0 }] as const;
  return new Map<string, unknown>([
    ["room", room],
    member("ada", "Ada", "owner"),
    member("bob", "Bob", "member"),
  ]);
}

/** Runs a mutator of the room as the server would, in somebody's name. */
function mutate(entries: Entries, userID: string, name: string, args: Args) {
  const mutators = serverRoomMutators({ userID, now: () => 1_000 });
  return (mutators as Record<string, Mutate>)[name](
    memoryTransaction(entries),
    args,
  );
}

const messageIn = (entries: Entries, id: string) =>
  entries.get(`message/${id}`) as Message | undefined;

const assertRefused = async (
  mutation: Promise<void>,
  code: string,
  words = "",
) => {
  const refusal = await assertRejects(() => mutation, Refusal, words);
  assertEquals(refusal.code, code);
};

Deno.test("A message's seq counts all messages ever created, deleted ones too (E1)", async () => {
  const entries = openRoom();
  for (const id of ["one", "two"]) {
    await mutate(entries, "ada", "createMessage", { id, content: "…" });
  }
  await mutate(entries, "ada", "deleteMessage", { id: "two" });
  await mutate(entries, "bob", "createMessage", { id: "three", content: "…" });
  assertEquals(messageIn(entries, "one")?.seq, 1);
  assertEquals(messageIn(entries, "three")?.seq, 3);
  assertEquals((entries.get("room") as Room).messageCount, 3);
});

Deno.test("What was created or edited is pending in the browser, never on the server (E3)", async () => {
  const entries = openRoom();
  const browser = memoryTransaction(entries, "client");
  const server = memoryTransaction(entries, "server");
  const { createMessage, editMessage } = roomMutators({
    userID: "ada",
    now: () => 1_000,
  });
  await createMessage(browser, { id: "one", content: "One" });
  assert(messageIn(entries, "one")?.pending);
  entries.delete("message/one");
  await createMessage(server, { id: "one", content: "One" });
  assertFalse("pending" in messageIn(entries, "one")!);
  await editMessage(browser, { id: "one", content: "Two" });
  assert(messageIn(entries, "one")?.pending);
});

Deno.test("A mutation that runs twice ends as if it had run once (M1)", async () => {
  const own: Entries = new Map([["profile", { name: "Ada" }]]);
  const user = serverUserMutators(() => 10) as Record<string, Mutate>;
  const entries = openRoom();
  await mutate(entries, "ada", "createMessage", { id: "first", content: "…" });
  await mutate(entries, "ada", "createMessage", { id: "last", content: "…" });
  const ofRoom: [string, Args][] = [
    ["createMessage", { id: "new", content: "New", replyTo: "first" }],
    ["editMessage", { id: "first", content: "Newer" }],
    ["setReaction", { id: "first", emoji: "👍", on: true }],
    ["deleteMessage", { id: "last" }],
    ["updateRoom", { topic: "Twigs" }],
  ];
  for (const [name, args] of ofRoom) {
    await mutate(entries, "ada", name, args);
    const once = structuredClone(entries);
    await mutate(entries, "ada", name, args);
    assertEquals(entries, once, name);
  }
  const ofUser: [string, Args][] = [
    ["markRead", { roomID: "nest", seq: 3 }],
    ["setDraft", { roomID: "nest", content: "Begun", was: "" }],
    ["setDraft", { roomID: "nest", content: "", was: "Begun" }],
    ["blockPerson", { id: "bob", name: "Bob" }],
    ["unblockPerson", { id: "bob" }],
    ["setProfile", { name: "Countess" }],
  ];
  for (const [name, args] of ofUser) {
    await user[name](memoryTransaction(own), args);
    const once = structuredClone(own);
    await user[name](memoryTransaction(own), args);
    assertEquals(own, once, name);
  }
});

Deno.test("Args without a field, or with a bad one, are refused with the field's name (M2)", async () => {
  const entries = openRoom();
  const bad: [string, Args, string][] = [
    ["createMessage", { content: "…" }, "id: "],
    ["createMessage", { id: "a b", content: "…" }, "id: "],
    ["createMessage", { id: "a", content: 7 }, "content: "],
    ["createMessage", { id: "a", content: "…", replyTo: "" }, "replyTo: "],
    ["editMessage", { id: "a" }, "content: "],
    ["deleteMessage", {}, "id: "],
    ["setReaction", { id: "a", emoji: "👍" }, "on: "],
    ["updateRoom", { name: "" }, "name: "],
    ["updateRoom", { topic: "x".repeat(201) }, "topic: "],
  ];
  for (const [name, args, words] of bad) {
    await assertRefused(mutate(entries, "ada", name, args), "bad-args", words);
  }
  assertEquals(entries, openRoom());
});

Deno.test("A person who is not a member changes nothing in a room (M3)", async () => {
  const entries = openRoom();
  await mutate(entries, "ada", "createMessage", { id: "a", content: "…" });
  const before = structuredClone(entries);
  const all: [string, Args][] = [
    ["createMessage", { id: "b", content: "…" }],
    ["editMessage", { id: "a", content: "Mine" }],
    ["deleteMessage", { id: "a" }],
    ["setReaction", { id: "a", emoji: "👍", on: true }],
    ["updateRoom", { name: "Mine" }],
  ];
  for (const [name, args] of all) {
    await assertRefused(mutate(entries, "eve", name, args), "not-allowed");
  }
  assertEquals(entries, before);
});

Deno.test("A message is its author's to edit and the owner's to delete as well, the room the owner's alone (M4)", async () => {
  const entries = openRoom();
  await mutate(entries, "ada", "createMessage", { id: "a", content: "Ada's" });
  await mutate(entries, "bob", "createMessage", { id: "b", content: "Bob's" });
  const edit = (userID: string, id: string) =>
    mutate(entries, userID, "editMessage", { id, content: "Edited" });
  await assertRefused(edit("ada", "b"), "not-allowed");
  await assertRefused(edit("bob", "gone"), "not-found");
  await edit("bob", "b");
  assertEquals(messageIn(entries, "b")?.content, "Edited");
  assertEquals(messageIn(entries, "b")?.editedAt, 1_000);

  const taken = mutate(entries, "bob", "createMessage", {
    id: "a",
    content: "…",
  });
  await assertRefused(taken, "taken");
  const remove = (userID: string, id: string) =>
    mutate(entries, userID, "deleteMessage", { id });
  await assertRefused(remove("bob", "a"), "not-allowed");
  await remove("ada", "b");
  assertEquals(messageIn(entries, "b"), undefined);

  const update = (userID: string) =>
    mutate(entries, userID, "updateRoom", { topic: "Twigs" });
  await assertRefused(update("bob"), "not-allowed");
  await update("ada");
  const { name, topic, messageCount } = entries.get("room") as Room;
  assertEquals([name, topic, messageCount], ["Nest", "Twigs", 2]);
});

Deno.test("A text is trimmed before its length is checked (M5)", async () => {
  const entries = openRoom();
  const create = (id: string, content: string) =>
    mutate(entries, "ada", "createMessage", { id, content });
  await create("fits", ` \n${"x".repeat(4_000)}\n `);
  assertEquals(messageIn(entries, "fits")?.content.length, 4_000);
  await assertRefused(create("long", "x".repeat(4_001)), "bad-args");
  await assertRefused(create("blank", " \n\t "), "bad-args");
  await mutate(entries, "ada", "updateRoom", { name: ` ${"n".repeat(40)} ` });
  const named = mutate(entries, "ada", "updateRoom", { name: "n".repeat(41) });
  await assertRefused(named, "bad-args");
  await mutate(entries, "ada", "updateRoom", { topic: "t".repeat(200) });
});

Deno.test("A person counts once for each emoji, until they take it back (M7)", async () => {
  const entries = openRoom();
  await mutate(entries, "ada", "createMessage", { id: "a", content: "…" });
  const react = (userID: string, emoji: string, on: boolean) =>
    mutate(entries, userID, "setReaction", { id: "a", emoji, on });
  for (const on of [true, true]) await react("bob", "👍", on);
  await react("ada", "👍", true);
  await react("bob", "🎉", true);
  assertEquals(messageIn(entries, "a")?.reactions, {
    "👍": ["bob", "ada"],
    "🎉": ["bob"],
  });
  for (const on of [false, false]) await react("bob", "🎉", on);
  assertEquals(messageIn(entries, "a")?.reactions, { "👍": ["bob", "ada"] });
});

Deno.test("A reaction is one emoji, of however many characters, and nothing else (M7)", async () => {
  const entries = openRoom();
  await mutate(entries, "ada", "createMessage", { id: "a", content: "…" });
  const react = (emoji: string, on = true) =>
    mutate(entries, "bob", "setReaction", { id: "a", emoji, on });
  const good = [
    ..."👍☕❤©🏽",
    ...["👍️", "❤️", "👍🏽", "1️⃣", "#️⃣", "🇮🇱", "🏳️‍🌈", "👨‍👩‍👧‍👦", "👩🏽‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
    "\u{1faff}", // not in Unicode 17 yet
  ];
  for (const emoji of good) {
    await react(emoji);
    assertEquals(Object.keys(messageIn(entries, "a")!.reactions), [emoji]);
    await react(emoji, false);
  }
  const bad = [
    ..."1#*a★\u200d\ufe0f\u20e3🇮 ",
    ...["", "👍👍", "👍‍👍", "👍🏽🏽", "\u200d\u200d", "👍\u200d", "12", "❤\ufe0e"],
    ...["🏴\u{e0078}\u{e0078}\u{e007f}", "constructor", "__proto__", "<b>"],
  ];
  for (const emoji of bad) {
    await assertRefused(react(emoji), "bad-args", "emoji: ");
    await react(emoji, false); // there is none
  }
  assertEquals(messageIn(entries, "a")?.reactions, {});
});

Deno.test("A message takes 20 kinds of reactions and 4,096 bytes of them, in the browser as on the server (M7)", async () => {
  const kinds = Array.from(
    { length: 21 },
    (_, i) => String.fromCodePoint(0x1f600 + i),
  );
  for (const mutators of [serverRoomMutators, roomMutators]) {
    const entries = openRoom();
    const tx = memoryTransaction(entries);
    const react = (userID: string, emoji: string, on = true) =>
      mutators({ userID, now: () => 0 })
        .setReaction(tx, { id: "a", emoji, on });
    await mutate(entries, "ada", "createMessage", { id: "a", content: "…" });
    for (const emoji of kinds.slice(0, 20)) await react("ada", emoji);
    await assertRefused(react("ada", kinds[20]), "full", "more reactions");
    await react("bob", kinds[0]); // to a kind that is there
    for (const emoji of kinds) await react("ada", emoji, false);
    assertEquals(messageIn(entries, "a")?.reactions, { [kinds[0]]: ["bob"] });

    let people = 0;
    const add = () => {
      const id = `01JF0000000000000000000${String(people).padStart(3, "0")}`;
      entries.set(`member/${id}`, { id, name: "X" });
      return react(id, kinds[0]);
    };
    for (; people < 140; people++) await add();
    await assertRefused(
      (async () => {
        for (; people < 150; people++) await add();
      })(),
      "full",
      "more reactions",
    );
    const { reactions } = messageIn(entries, "a")!;
    const { length } = new TextEncoder().encode(JSON.stringify(reactions));
    assert(length > 4_050 && length <= 4_096, `${length}`);
  }
});

Deno.test("What earlier releases stored of reactions stays, and each person can take theirs back (M7)", async () => {
  const entries = openRoom();
  await mutate(entries, "ada", "createMessage", { id: "a", content: "…" });
  const many = Array.from({ length: 500 }, (_, i) => `someone${i}`);
  const stored: Message["reactions"] = { "1\u200d": ["ada", "bob"] };
  for (let i = 0; i < 30; i++) {
    stored[String.fromCodePoint(0x1f600 + i)] = ["bob"];
  }
  stored["👍👍"] = ["ada", ...many];
  entries.set("message/a", { ...messageIn(entries, "a")!, reactions: stored });
  const react = (emoji: string, on: boolean) =>
    mutate(entries, "ada", "setReaction", { id: "a", emoji, on });
  await assertRefused(react("😀", true), "full");
  await assertRefused(react("🎉", true), "full");
  await react("👍👍", false);
  await react("1\u200d", false);
  const { reactions } = messageIn(entries, "a")!;
  assertEquals(reactions["1\u200d"], ["bob"]);
  assertEquals(reactions["👍👍"], many);
  assertEquals(Object.keys(reactions).length, 32);
});

Deno.test("markRead goes forward only, and begins at 0 (M8)", async () => {
  const own: Entries = new Map();
  const tx = memoryTransaction(own);
  const { markRead } = serverUserMutators(() => 3);
  const read: unknown[] = [];
  for (const seq of [0, 2, 1, 3]) {
    await markRead(tx, { roomID: "nest", seq });
    read.push(own.get("read/nest"));
  }
  assertEquals(read, [{ seq: 0 }, { seq: 2 }, { seq: 2 }, { seq: 3 }]);
  for (const seq of [-1, 0.5]) {
    await assertRefused(markRead(tx, { roomID: "nest", seq }), "bad-args");
  }
});

Deno.test("A draft that is cut ends with no half of an emoji (M9)", async () => {
  const { setDraft } = serverUserMutators(() => undefined);
  const own: Entries = new Map([
    ["draft/nest", { content: `x${"👍".repeat(3_999)}` }],
  ]);
  const tx = memoryTransaction(own);
  const content = "👍".repeat(2_000);
  await setDraft(tx, { roomID: "nest", content, was: "" });
  const stored = (own.get("draft/nest") as { content: string }).content;
  assert(stored.length > 7_990 && stored.isWellFormed(), `${stored.length}`);
});

Deno.test("A person has a thousand drafts at most; one more changes nothing (M9)", async () => {
  const { setDraft } = serverUserMutators(() => undefined);
  const own: Entries = new Map();
  const tx = memoryTransaction(own);
  const set = (roomID: string, content: string) =>
    setDraft(tx, { roomID, content, was: "" });
  for (let i = 0; i < 1_001; i++) await set(`r${i}`, "Begun");
  assertEquals(own.size, 1_000);
  assertEquals(own.has("draft/r1000"), false);
  // What is there goes on.
  await setDraft(tx, { roomID: "r7", content: "Begun again" });
  assertEquals(own.get("draft/r7"), { content: "Begun again" });
  await setDraft(tx, { roomID: "r7", content: "" });
  await set("r1000", "Begun");
  assertEquals(own.has("draft/r1000"), true);
});

Deno.test("One blocks and unblocks by ID, under the name that one knows, two hundred people at most (M11)", async () => {
  const own: Entries = new Map();
  const tx = memoryTransaction(own);
  const { blockPerson, unblockPerson } = serverUserMutators(() => undefined);
  await blockPerson(tx, { id: "bob", name: "Bob" });
  await blockPerson(tx, { id: "eve", name: " Eve ", more: "ignored" });
  await blockPerson(tx, { id: "bob", name: "Robert" });
  const [eve, robert] = [["eve", "Eve"], ["bob", "Robert"]]
    .map(([id, name]) => ({ id, name }));
  assertEquals(own.get("blocked"), [eve, robert]);
  await unblockPerson(tx, { id: "eve" });
  await unblockPerson(tx, { id: "nobody" });
  assertEquals(own.get("blocked"), [robert]);

  for (
    const [args, words] of [
      [{ id: "a b", name: "A" }, "id: "],
      [{ id: "a", name: "x".repeat(41) }, "name: "],
      [{ id: "a" }, "name: "],
    ] as const
  ) {
    await assertRefused(blockPerson(tx, args), "bad-args", words);
  }
  // Of four bytes each: they fit into the one entry (C5).
  const name = "👍".repeat(40);
  for (let i = 1; i < 200; i++) {
    await blockPerson(tx, { id: `${i}`.padEnd(64, "x"), name });
  }
  const { length } = new TextEncoder().encode(
    JSON.stringify(own.get("blocked")),
  );
  assert(length < 58_000, `${length} bytes`);
  await assertRefused(blockPerson(tx, { id: "another", name }), "full");
  await blockPerson(tx, { id: "bob", name: "Bob" }); // who is one of them
  await unblockPerson(tx, { id: "bob" });
  await blockPerson(tx, { id: "another", name });
});

Deno.test("What is set for a room is set piece by piece, by its members, and nothing else of what came in (M12)", async () => {
  const own: Entries = new Map([["membership/nest", { roomID: "nest" }]]);
  const tx = memoryTransaction(own);
  const { setRoomSettings } = serverUserMutators(() => undefined);
  const set: unknown[] = [];
  for (
    const change of [{ favourite: true }, { notify: "muted", more: 1 }, {}]
  ) {
    await setRoomSettings(tx, { roomID: "nest", ...change });
    set.push(own.get("settings/nest"));
  }
  const favourite = { roomID: "nest", favourite: true };
  const muted = { ...favourite, notify: "muted" };
  assertEquals(set, [favourite, muted, muted]);

  await setRoomSettings(tx, { roomID: "elsewhere", favourite: true });
  assertEquals(own.has("settings/elsewhere"), false);
  for (
    const [args, words] of [
      [{ roomID: "a b", favourite: true }, "roomID: "],
      [{ roomID: "nest", favourite: "yes" }, "favourite: "],
      [{ roomID: "nest", notify: "never" }, "notify: "],
      [{ favourite: true }, "roomID: "],
    ] as const
  ) {
    await assertRefused(setRoomSettings(tx, args), "bad-args", words);
  }
});

Deno.test("setProfile changes what it names alone, and an empty status is none (M10)", async () => {
  const profile = { name: "Ada", avatar: "a" };
  const own: Entries = new Map([["profile", profile]]);
  const { setProfile } = serverUserMutators(() => undefined);
  const set = (args: Args) => setProfile(memoryTransaction(own), args);
  await set({ status: " On a train " });
  assertEquals(own.get("profile"), { ...profile, status: "On a train" });
  await set({ name: "Augusta", avatar: "b" });
  const renamed = { name: "Augusta", avatar: "a", status: "On a train" };
  assertEquals(own.get("profile"), renamed);
  for (const status of ["x".repeat(101), "two\nlines", "\u202eevil", 1, null]) {
    await assertRefused(set({ status }), "bad-args", "status: ");
  }
  assertEquals(own.get("profile"), renamed);
  await set({ status: "  " });
  assertEquals(own.get("profile"), { name: "Augusta", avatar: "a" });
});

Deno.test("setProfile brings no account back that is being deleted (M10)", async () => {
  const own: Entries = new Map([["profile", { name: "Ada" }]]);
  const { setProfile } = serverUserMutators(() => undefined);
  const tx = memoryTransaction(own);
  await setProfile(tx, { name: " Augusta " });
  assertEquals(own.get("profile"), { name: "Augusta" });
  own.delete("profile");
  await assertRefused(setProfile(tx, { name: "Ada" }), "not-found");
  assertEquals(own.size, 0);
});
