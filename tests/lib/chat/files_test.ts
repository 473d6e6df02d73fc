// Messages with files, as lib/chat/README.md numbers their rules, on entries in memory.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { altOf, fileNameOf, filesArgs } from "../../../lib/chat/files.ts";
import { type Args, roomMutators } from "../../../lib/chat/mutators.ts";
import { Refusal } from "../../../lib/chat/refusal.ts";
import {
  type FileFacts,
  type Message,
  valid,
} from "../../../lib/chat/schema.ts";
import {
  type FileOf,
  serverRoomMutators,
} from "../../../lib/chat/server_mutators.ts";
import { memoryTransaction } from "../../support/memory_transaction.ts";
import { randomFrom } from "../../support/random.ts";

const id = "a".repeat(64);
const FACTS: FileFacts = {
  id,
  size: 9,
  type: "image/png",
  width: 3,
  height: 2,
};
const stored: FileOf = (_, fileID) => ({ ...FACTS, id: fileID });

/** Ada's room, of which Bob is a member, and what mutators do there on the server. */
function openRoom(fileOf = stored, userID = "ada") {
  const entries = new Map<string, unknown>([
    ["room", { id: "nest", name: "Nest", messageCount: 0 }],
    ["member/ada", { id: "ada", name: "Ada", role: "owner" }],
    ["member/bob", { id: "bob", name: "Bob", role: "member" }],
  ]);
  const tx = memoryTransaction(entries);
  const mutators = serverRoomMutators({ userID, now: () => 1_000 }, fileOf);
  const message = (id: string) =>
    entries.get(`message/${id}`) as Message | undefined;
  return { entries, tx, mutators, message };
}

const assertRefused = async (
  mutation: Promise<void>,
  code: string,
  words: string,
) => {
  const refusal = await assertRejects(() => mutation, Refusal, words);
  assertEquals(refusal.code, code);
};

Deno.test("A message with files needs no text, and keeps its files when it is edited (M13)", async () => {
  const { tx, mutators, message } = openRoom();
  const files = [{ id, name: "Sun.png" }];
  await mutators.createMessage(tx, { id: "m", content: " \n", files });
  const expected = [{ ...FACTS, name: "Sun.png" }];
  assertEquals([message("m")?.content, message("m")?.files], ["", expected]);
  for (const content of ["The sun", ""]) {
    await mutators.editMessage(tx, { id: "m", content });
    assertEquals(message("m")?.content, content);
    assertEquals(message("m")?.files, expected);
  }
});

Deno.test("A message without files has a text, also once it is edited (M6, M13)", async () => {
  const { tx, mutators, message } = openRoom();
  for (const files of [undefined, []]) {
    const args = { id: "m", content: "", ...files && { files } };
    const made = mutators.createMessage(tx, args);
    await assertRefused(made, "bad-args", "content: ");
  }
  await mutators.createMessage(tx, { id: "m", content: "x", files: [] });
  assert(!("files" in message("m")!));
  const edited = mutators.editMessage(tx, { id: "m", content: "" });
  await assertRefused(edited, "bad-args", "content: ");
});

Deno.test("What a message says of its files is checked: names, texts, how many (M13)", async () => {
  const { tx, mutators, entries } = openRoom();
  const other = (n: number) => String(n).padStart(64, "0");
  const bad: unknown[] = [
    ...[7, "x", null, {}].map((files) => files),
    [{ id }],
    [{ name: "x" }],
    [{ id: "x", name: "x" }],
    [{ id: id.toUpperCase(), name: "x" }],
    ...["", " ", "\u200d", "a\nb", "a\u202eb", "a\u0000b", "\ud800", 7]
      .map((name) => [{ id, name }]),
    [{ id, name: "x".repeat(201) }],
    ...["", "a\nb", "x".repeat(401), 7].map((alt) => [{ id, name: "x", alt }]),
    [{ id, name: "x" }, { id, name: "y" }],
    Array.from({ length: 11 }, (_, n) => ({ id: other(n), name: "x" })),
  ];
  const before = structuredClone(entries);
  for (const files of bad) {
    const args = { id: "m", content: "x", files } as Args;
    const made = mutators.createMessage(tx, args);
    await assertRefused(made, "bad-args", "files");
    assertEquals(entries, before);
  }
});

Deno.test("A file that is not there, and a room that is full, refuse the message (M13)", async () => {
  const files = [{ id, name: "Sun.png" }];
  const make = ({ tx, mutators }: ReturnType<typeof openRoom>) =>
    mutators.createMessage(tx, { id: "m", content: "x", files });
  await assertRefused(
    make(openRoom(() => "missing")),
    "file-missing",
    "Sun.png",
  );
  await assertRefused(make(openRoom(() => "full")), "full", "room");
  // Others are told what they may not do, whatever there is of the file.
  const outsider = make(openRoom(() => "missing", "eve"));
  await assertRefused(outsider, "not-allowed", "members");
});

Deno.test("A message that is there already is not created again, whatever has become of its files (M1)", async () => {
  let there = true;
  const room = openRoom((_, id) => there ? { ...FACTS, id } : "missing");
  const args = { id: "m", content: "x", files: [{ id, name: "Sun.png" }] };
  await room.mutators.createMessage(room.tx, args);
  there = false;
  const before = structuredClone(room.entries);
  await room.mutators.createMessage(room.tx, args);
  assertEquals(room.entries, before);
});

Deno.test("In the browser a message has its files as they are said to be, until the server has them (M13)", async () => {
  const { entries, message } = openRoom();
  const tx = memoryTransaction(entries, "client");
  const { createMessage } = roomMutators({ userID: "ada", now: () => 1 });
  const files = [{ ...FACTS, name: "Sun.png" }];
  await createMessage(tx, { id: "m", content: "", files });
  assertEquals(message("m")?.files, files);
});

Deno.test("The longest message with the most files is an entry (C5)", async () => {
  const { tx, mutators, message } = openRoom();
  const files = Array.from({ length: 10 }, (_, n) => ({
    id: String(n).padStart(64, "0"),
    name: "💬".repeat(200),
    alt: "💬".repeat(400),
  }));
  // Each takes six bytes as JSON.
  const content = "x" + "\u0001".repeat(3_998) + "x";
  await mutators.createMessage(tx, { id: "m", content, files });
  const reactions = 4_096;
  const json = new TextEncoder().encode(JSON.stringify(message("m")));
  assert(json.length + reactions <= 58_000, String(json.length));
});

Deno.test("Whatever a device calls a file, a message can call it so, or nearly (M13)", () => {
  for (
    const [name, called] of [
      ["holiday.jpg", "holiday.jpg"],
      [" two\nlines\u202e.exe ", "two lines .exe"],
      ["\u200b\ud800", "file"],
      ["", "file"],
      [`${"😀".repeat(300)}.tar.gz`, `${"😀".repeat(193)}.tar.gz`],
      ["x".repeat(300), "x".repeat(200)],
    ]
  ) {
    assertEquals(fileNameOf(name), called);
  }
  const id = "0".repeat(64);
  const random = randomFrom(13);
  for (let i = 0; i < 2_000; i++) {
    const text = String.fromCharCode(
      ...Array.from(
        { length: random.below(30) },
        () => random.below(random.pick([0x80, 0x2100, 0x10000])),
      ),
    ).repeat(random.pick([1, 30]));
    const [name, alt] = [fileNameOf(text), altOf(text)];
    const file = { id, name, ...alt && { alt } };
    assertEquals(valid(filesArgs, { files: [file] }).files, [file]);
  }
});
