// How large lines of an import may be: it counts what they become here, as IDs of people are longer than in the file.
import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../../../lib/chat/schema.ts";
import { roomSpace } from "../../../../lib/chat/spaces.ts";
import { importedID } from "../../../../lib/chat/transfer/room_lines.ts";
import { exportOf, said, TransferStore } from "../../../support/transfer.ts";
import { png } from "../../../support/pictures.ts";
import { cut } from "../../../support/upload.ts";

const sizeOf = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value)).length;

const CHARACTERS =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
const EMOJI = ["👍", "🎉", "🦊", "🍋", "🔥", "🌱", "🐝", "🎈", "🧀"];

/** Reactions of people with the shortest IDs: what they become is three times as much. */
const reactions = Object.fromEntries(
  EMOJI.map((emoji) => [emoji, [...CHARACTERS]]),
);

/** Lines of which each is taken, of a hundred that are named at length. */
const bad = Array.from({ length: 100 }, (_, n) =>
  said(`bad${n}`, {
    files: [{ id: "0".repeat(64), name: "名".repeat(200) }],
  }));

Deno.test("lines that become three times as large as they are in the file go in, also beside a hundred bad ones (T104, C4)", async () => {
  for (const first of [[], bad]) {
    using store = await TransferStore.open();
    const lines = Array.from({ length: 60 }, (_, n) =>
      said(`m${n}`, {
        ...{ authorID: "a", content: "Yes", reactions },
      }));
    const state = await store.import(exportOf([...first, ...lines]), {
      skip: true,
    });
    assertEquals([state.state, state.badCount], ["done", first.length]);
    const entries = await store.entries(state.roomID);
    const message = entries.get("message/m59") as Message;
    assert(sizeOf(message.reactions) > 3 * sizeOf(reactions) - 600);
    assertEquals(message.reactions["👍"][0], importedID("A"));
  }
});

const LONGEST_ID = "u".repeat(64);

/** With somebody in it whose files take up the most in messages. */
async function openStore(): Promise<TransferStore> {
  const store = await TransferStore.open();
  await store.addPerson(LONGEST_ID, "Una");
  return store;
}

/** The lines of a room with one message as large as can be, but for so many bytes of reactions, and another one. */
function withLargest(reactionBytes: number): object[] {
  const files = Array.from({ length: 10 }, (_, n) => png(8_000, 7_990 + n));
  // Each has 3 characters of JSON around it, and what tells it from accounts.
  const ids = Array.from(
    { length: Math.floor(reactionBytes / 65) },
    (_, n) => `${n}`.padEnd(53, "x"),
  );
  return [
    ...files.flatMap((bytes) => {
      const { id, size, pieces: [[piece]] } = cut(bytes);
      return [
        { file: { id, size, pieces: piece } },
        { piece: { file: id, bytes: bytes.toBase64() } },
      ];
    }),
    said("x".repeat(64), {
      ...{ authorID: "a".repeat(55), from: "🦊".repeat(40) },
      content: "\x01".repeat(3_999) + "x",
      ...{ editedAt: 1_600_000_000_000, createdAt: 1_600_000_000_000 },
      ...{ replyTo: "y".repeat(64), reactions: { "👍": ids } },
      files: files.map((file) => ({
        ...{ id: cut(file).id, name: "🦊".repeat(200) },
        alt: "🦊".repeat(400),
      })),
    }),
    said("other"),
  ];
}

Deno.test("a message that would be no entry is named by its number with the reason, and the rest goes in or nothing does, as asked (T103, T104, C5)", async () => {
  using store = await openStore();
  const text = exportOf(withLargest(8_125));
  const { state, messages, bad, roomID } = await store.import(text, {
    skip: true,
    by: LONGEST_ID,
  });
  assertEquals([state, messages], ["done", 1]);
  assertEquals(bad.map(({ line }) => line), [22]);
  assert(/^It takes 5[89]\d\d\d bytes .* 58000/.test(bad[0].reason));
  assertEquals((await store.entries(roomID)).has("message/other"), true);
  const other = await store.import(text, {
    source: "all or nothing",
    by: LONGEST_ID,
  });
  assertEquals([other.state, other.bad], ["refused", bad]);
  const space = await store.sync.stateOf(roomSpace(other.roomID));
  assertEquals(space, undefined);
});

Deno.test("a message goes in up to the size that an entry has (T104, C5)", async () => {
  let largest = 0;
  for (let bytes = 7_000; bytes < 8_125; bytes += 65) {
    using store = await openStore();
    const text = exportOf(withLargest(bytes));
    const { badCount, roomID } = await store.import(text, {
      skip: true,
    });
    if (badCount > 0) break;
    const entries = await store.entries(roomID);
    largest = sizeOf(entries.get(`message/${"x".repeat(64)}`));
  }
  assert(largest > 57_900 && largest <= 58_000, `${largest}`);
});
