// What comes into people's inboxes, and what becomes of it and of what they have saved.
import { assertEquals, assertRejects } from "@std/assert";
import { MAX_INBOX, MAX_SAVED } from "../../../../lib/chat/inbox.ts";
import { Refusal } from "../../../../lib/chat/refusal.ts";
import { AccountDeletions } from "../../../../lib/web/auth/account_deletion.ts";
import { beginDirect } from "../../../../lib/web/chat/direct_rooms.ts";
import { endMember, removeMember } from "../../../../lib/web/chat/members.ts";
import { deleteRoom } from "../../../../lib/web/chat/room_deletion.ts";
import { InboxWorld as World } from "../../../support/inbox_world.ts";
import { unlimited } from "../../../support/unlimited.ts";

Deno.test("a mention, an answer and a direct message are in the inbox of those to whom they speak, and of nobody else (M23)", async () => {
  using it = await World.open();
  const { roomID } = await beginDirect(
    { sync: it.sync, ...unlimited() },
    { userID: "bob", name: "Bob" },
    {
      people: [{ id: "ada" }],
    },
  );
  await it.in().say("m1", "Good morning");
  await it.in().say("m2", "Is @ada there? `@Cleo`");
  await it.in(it.roomID, "ada").say("m3", "Yes, @Ada is");
  await it.in(it.roomID, "cleo").say("m4", "So am I", "m3");
  await it.in(roomID).say("d1", "Psst");
  assertEquals((await it.inbox("ada")).sort(), [
    "direct Bob: Psst",
    "mention Bob: Is @ada there? @Cleo",
    "reply Cleo: So am I",
  ]);
  assertEquals(await it.inbox("bob"), []);
  assertEquals(await it.inbox("cleo"), []);
});

Deno.test("an edit and a deletion reach the copies, and an edit whom it names newly (M23, T123)", async () => {
  using it = await World.open();
  await it.in().say("m1", "@Ada, come");
  await it.in().say("m2", "@Ada, go");
  await it.settle();
  await it.own("ada").save("m1");
  await it.in().edit("m1", "@Ada and @Cleo, come");
  await it.in().remove("m2");
  const expected = ["mention Bob: @Ada and @Cleo, come"];
  assertEquals(await it.shown("ada"), {
    inbox: expected,
    saved: ["Bob: @Ada and @Cleo, come"],
  });
  assertEquals(await it.inbox("cleo"), expected);
  await it.in().edit("m1", "Never mind");
  assertEquals(await it.inbox("ada"), ["mention Bob: Never mind"]);
  await it.in().remove("m1");
  assertEquals(await it.shown("ada"), { inbox: [], saved: [] });
  assertEquals(await it.holders(), 0);
});

Deno.test("direct messages are followed without a record of who has them, by those who are in them (T123)", async () => {
  using it = await World.open();
  const people = [{ id: "ada" }, { id: "cleo" }];
  const bob = { userID: "bob", name: "Bob" };
  const services = { sync: it.sync, ...unlimited() };
  const { roomID } = await beginDirect(services, bob, { people });
  const direct = it.in(roomID);
  await direct.say("d1", "One");
  await direct.say("d2", "Two");
  await it.settle();
  await it.own("cleo").save("d1", {}, roomID);
  await direct.edit("d1", "1");
  await direct.remove("d2");
  assertEquals(await it.shown("ada"), { inbox: ["direct Bob: 1"], saved: [] });
  assertEquals(await it.shown("cleo"), {
    inbox: ["direct Bob: 1"],
    saved: ["Bob: 1"],
  });
  assertEquals(await it.inbox("bob"), []);
  await endMember(it.sync, "cleo", roomID);
  assertEquals(await it.shown("cleo"), { inbox: [], saved: [] });
  assertEquals(await it.holders(), 0);
});

Deno.test("what is changed before its notes are followed is not shown as it was (T123)", async () => {
  using it = await World.open();
  await it.in().say("m1", "@Ada one");
  await it.in().say("m2", "@Ada two");
  await it.in().edit("m1", "@Ada 1");
  await it.in().remove("m2");
  assertEquals(await it.inbox("ada"), ["mention Bob: @Ada 1"]);
});

Deno.test("nothing comes from a muted room, or from somebody blocked; what is there of them is not shown (M23)", async () => {
  using it = await World.open();
  await it.in().say("m1", "@Ada @Cleo");
  await it.settle();
  await it.own("ada").set("muted");
  await it.own("cleo").block("bob");
  await it.in().say("m2", "@Ada @Cleo!");
  assertEquals(await it.inbox("ada"), ["mention Bob: @Ada @Cleo"]);
  assertEquals(await it.inbox("cleo"), []);
});

Deno.test("the copies of a room go with the membership, by leaving, by being removed, and with the room (M23, M24)", async () => {
  const ends: Record<string, (it: World) => Promise<void>> = {
    leaves: (it) => endMember(it.sync, "cleo", it.roomID),
    "is removed": (it) =>
      removeMember(it.sync, { userID: "ada", name: "" }, it.roomID, "cleo"),
    "has no room any more": (it) => deleteRoom(it.kv, it.sync, it.roomID),
  };
  for (const [what, end] of Object.entries(ends)) {
    using it = await World.open();
    const other = await it.newRoom("Other");
    for (let i = 0; i < 120; i++) await it.in().say(`m${i}`, `@Cleo ${i}`);
    await it.in(other).say("m1", "@Cleo, here");
    await it.settle();
    await it.own("cleo").save("m1");
    await end(it);
    const expected = { inbox: ["mention Bob: @Cleo, here"], saved: [] };
    assertEquals(await it.shown("cleo"), expected, what);
    const left = it.sync.scan("user:cleo", "inbox/");
    assertEquals((await Array.fromAsync(left)).length, 1, what);
    assertEquals(await it.holders(), 1, what);
  }
});

Deno.test("an inbox keeps the newest 500, from whichever room they are (M23)", async () => {
  using it = await World.open();
  const other = await it.newRoom("Other");
  await it.in(other).say("first", "@Ada, first");
  await it.settle();
  for (let i = 0; i < MAX_INBOX; i += 100) {
    for (let j = i; j < i + 100; j++) await it.in().say(`m${j}`, `@Ada ${j}`);
    await it.settle();
  }
  const inbox = await it.inbox("ada");
  assertEquals(inbox.length, MAX_INBOX);
  assertEquals(inbox.at(-1), "mention Bob: @Ada 0");
  assertEquals(await it.holders(), MAX_INBOX);
});

Deno.test("one saves what is in one's rooms, as it is there, whatever the device says of it (M24)", async () => {
  using it = await World.open();
  await it.in().say("m1", "Soup on Tuesday");
  const own = it.own("cleo");
  await own.save("m1", { content: "Cake", from: "Ada", authorID: "ada" });
  await own.save("none", { content: "There is no such message" });
  await own.save("m1", {}, "elsewhere");
  assertEquals((await it.shown("cleo")).saved, ["Bob: Soup on Tuesday"]);
  await own.unsave("m1");
  assertEquals((await it.shown("cleo")).saved, []);
  assertEquals(await it.holders(), 0);
});

Deno.test("what is saved of somebody is still there, and can be taken out, once they are blocked (M24)", async () => {
  using it = await World.open();
  await it.in().say("m1", "@Cleo, soup on Tuesday");
  await it.settle();
  const own = it.own("cleo");
  await own.save("m1");
  await own.block("bob");
  assertEquals(await it.shown("cleo"), {
    inbox: [],
    saved: ["Bob: @Cleo, soup on Tuesday"],
  });
  await own.unsave("m1");
  assertEquals((await it.shown("cleo")).saved, []);
});

Deno.test("one saves 500 messages, and then is told that it is full (M24)", async () => {
  using it = await World.open();
  const own = it.own("cleo");
  for (let i = 0; i < MAX_SAVED; i++) await own.save(`m${i}`);
  const error = await assertRejects(() => own.save("more"), Refusal);
  assertEquals(error.code, "full");
  await own.save("m1"); // again
  await own.unsave("m1");
  await own.save("more");
});

Deno.test("who deletes their account has no name in others' copies, and their own are gone (M24, E2)", async () => {
  using it = await World.open();
  await it.in().say("m1", "@Ada, keep this");
  await it.settle();
  await it.own("ada").save("m1");
  await it.own("bob").save("m1");
  await it.settle();
  const deletions = new AccountDeletions(it.kv, it.sync);
  await deletions.delete("bob");
  await it.gone(["deletion"]);
  deletions.stop();
  assertEquals(await it.shown("ada"), {
    inbox: ["mention Deleted user: @Ada, keep this"],
    saved: ["Deleted user: @Ada, keep this"],
  });
  assertEquals(await it.sync.stateOf("user:bob"), undefined);
});

Deno.test("of an import nothing comes into an inbox, and of a bot what mentions one does (M18, M20, M23)", async () => {
  using it = await World.open();
  const write = (id: string, authorID: string) =>
    it.sync.write([`room:${it.roomID}`], (there) =>
      there.set(`message/${id}`, {
        ...{ id, seq: 1, authorID, from: authorID, createdAt: 1 },
        ...{ content: "@Ada", reactions: {} },
      }));
  await write("m1", "imported-1");
  await write("m2", "bot-1");
  assertEquals(await it.inbox("ada"), ["mention bot-1: @Ada"]);
});

Deno.test("a text is there by its words alone, which any text has (E11)", async () => {
  using it = await World.open();
  const typed = [
    "@Ada, **soup** on [Tuesday](https://example.org)\n\n- leek\n- ~~salt~~",
    "> @Ada said so",
    "| @Ada | Bob |\n| --- | --- |\n| 1 | 2 |",
  ];
  for (const [i, text] of typed.entries()) await it.in().say(`m${i}`, text);
  assertEquals((await it.inbox("ada")).toReversed(), [
    "mention Bob: @Ada, soup on Tuesday leek salt",
    "mention Bob: @Ada said so",
    "mention Bob: @Ada Bob 1 2",
  ]);
  await it.in(it.roomID, "ada").say("mine", "Who agrees?");
  await it.in().say("bare", "> >", "mine");
  assertEquals((await it.inbox("ada"))[0], "reply Bob: >");
});

Deno.test("as many copies of the longest texts as can be told of at once are followed (T123)", async () => {
  using it = await World.open();
  const { roomID } = await beginDirect(
    { sync: it.sync, ...unlimited() },
    { userID: "bob", name: "Bob" },
    { people: [{ id: "ada" }] },
  );
  const ids = Array.from({ length: 60 }, (_, i) => `m${i}`);
  const text = "क्षि".repeat(900);
  for (const id of ids) await it.in(roomID).say(id, text);
  for (const id of ids) await it.own("ada").save(id, { content: "" }, roomID);
  await it.settle();
  for (const id of ids) await it.in(roomID).edit(id, `${text} and more`);
  const { inbox, saved } = await it.shown("ada");
  assertEquals([inbox.length, saved.length], [60, 60]);
});

Deno.test("a long text is there by its beginning, and a message that mentions very many is in a hundred inboxes (M23, T124)", async () => {
  using it = await World.open();
  await it.in().say("m1", `@Ada ${"👩‍👩‍👧‍👦".repeat(500)}`);
  await it.in().say("m2", `@Ada ${"a".repeat(3_000)}`);
  assertEquals(await it.inbox("ada"), [
    `mention Bob: @Ada ${"a".repeat(295)}…`,
    `mention Bob: @Ada ${"👩‍👩‍👧‍👦".repeat(108)}…`,
  ]);

  await it.sync.write([`room:${it.roomID}`], async (there) => {
    for (let i = 0; i < 150; i++) {
      await there.set(`member/n${i}`, {
        ...{ id: `n${i}`, name: `N${i}`, role: "member", joinedAt: 1 },
      });
    }
  });
  for (let i = 0; i < 150; i++) {
    await it.sync.write([`user:n${i}`], async (own) => {
      await own.set(`membership/${it.roomID}`, {
        ...{ roomID: it.roomID, name: "Nest", joinedAt: 1 },
      });
    });
  }
  const all = Array.from({ length: 150 }, (_, i) => `@N${i}`);
  await it.in().say("m3", all.join(" "));
  await it.settle();
  const has = async (i: number) => (await it.inbox(`n${i}`)).length;
  assertEquals([await has(0), await has(99), await has(100)], [1, 1, 0]);
});
