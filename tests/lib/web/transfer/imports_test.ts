// Importing rooms from lines: nothing twice, nothing by halves, and each bad line named by its number.
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { hash } from "node:crypto";
import { PIECE_BYTES } from "../../../../lib/chat/files.ts";
import { Refusal } from "../../../../lib/chat/refusal.ts";
import type { Message } from "../../../../lib/chat/schema.ts";
import { roomSpace, userSpace } from "../../../../lib/chat/spaces.ts";
import {
  chunksOf,
  linesIn,
  MAX_LINE,
} from "../../../../lib/chat/transfer/room_lines.ts";
import { mayRead } from "../../../../lib/web/auth/access.ts";
import { createRoom } from "../../../../lib/web/chat/rooms.ts";
import { roomLines } from "../../../../lib/web/transfer/room_export.ts";
import { piecesFrom } from "../../../../lib/web/files/uploads.ts";
import { storedFile } from "../../../../lib/web/files/file_store.ts";
import { bytesOf } from "../../../support/upload.ts";
import { cut } from "../../../support/upload.ts";
import { LimitReached } from "../../../../lib/web/http/rate_limits.ts";
import { type Call, gatedKv } from "../../../support/gated_kv.ts";
import { pausableKv } from "../../../support/pausable_kv.ts";
import { mutatedJSON } from "../../../support/fuzz_bodies.ts";
import { randomFrom } from "../../../support/random.ts";
import { exportOf, said, TransferStore } from "../../../support/transfer.ts";

/** The lines of a file. */
function linesOf(bytes: Uint8Array<ArrayBuffer>): object[] {
  const { id, size, pieces } = cut(bytes);
  return [
    { file: { id, size, pieces: pieces.map(([name]) => name).join("") } },
    ...pieces.map(([, piece]) => ({
      piece: { file: id, bytes: piece.toBase64() },
    })),
  ];
}

const withFile = (id: string, file: string, more = {}) =>
  said(id, { files: [{ id: file, name: `${id}.bin` }], ...more });

/** The lines of an export but for what must differ: when and where it was made, and who owns the room. */
const comparable = (text: string) =>
  text.trimEnd().split("\n").map((line) => JSON.parse(line)).flatMap((line) => {
    if (line.end || line.person?.role) return [];
    if (line.person) {
      const { id, name } = line.person;
      return id === "imported-ada" ? [] : [{ person: { id, name } }];
    }
    if (!line.kvetch) return line;
    const { exportedAt: _, room: { id: __, ...room }, ...head } = line;
    return { ...head, room };
  });

Deno.test("what is exported is imported elsewhere as it was, but for whose it is, and is exported the same again (T100, T101, M18)", async () => {
  using here = await TransferStore.open();
  using there = await TransferStore.open();
  using third = await TransferStore.open();
  const file = bytesOf(2 * PIECE_BYTES + 5, randomFrom(1));
  const { id } = cut(file);
  const first = await here.import(exportOf([
    { person: { id: "bob", name: "Bob", role: "owner", joinedAt: 7 } },
    said("m1", { reactions: { "👍": ["ada", "bob"] }, editedAt: 2_000 }),
    ...linesOf(file),
    withFile("m2", id, { replyTo: "m1", content: "" }),
    said("m3", { authorID: "cleo", from: "Cleo", replyTo: "gone" }),
    withFile("m4", id),
  ]));
  assertEquals([first.state, first.messages, first.bad], ["done", 4, []]);
  const text = await here.export(first.roomID);
  const second = await there.import(text);
  assertEquals(second.bad, []);
  const again = await there.export(second.roomID);
  const once = comparable(text);
  assertEquals(comparable(again), once);
  const fourth = await third.import(again);
  assertEquals(comparable(await third.export(fourth.roomID)), once);
  assertEquals(
    once.filter(({ message }) => message).map(({ message }) => message),
    [
      {
        ...{ id: "m1", authorID: "imported-bob", from: "Bob" },
        ...{ content: "This is m1.", createdAt: 1_000, editedAt: 2_000 },
        reactions: { "👍": ["imported-ada", "imported-bob"] },
      },
      {
        ...{ id: "m2", authorID: "imported-bob", from: "Bob", content: "" },
        ...{ createdAt: 1_000, replyTo: "m1" },
        files: [{ id, name: "m2.bin" }],
      },
      {
        ...{ id: "m3", authorID: "imported-cleo", from: "Cleo" },
        ...{ content: "This is m3.", createdAt: 1_000, replyTo: "gone" },
      },
      {
        ...{ id: "m4", authorID: "imported-bob", from: "Bob" },
        ...{ content: "This is m4.", createdAt: 1_000 },
        files: [{ id, name: "m4.bin" }],
      },
    ],
  );
  const stored = await storedFile(there.kv, "ada", id);
  const pieces = await Array.fromAsync(piecesFrom(there.kv, stored!));
  const whole = await new Blob(pieces as Uint8Array<ArrayBuffer>[]).bytes();
  assertEquals(hash("sha256", whole), id);
});

Deno.test("messages that people wrote here are exported in their order, without deleted ones, and imported so (T100, M18)", async () => {
  using here = await TransferStore.open();
  const ada = { userID: "ada", name: "Ada" };
  const { roomID, space } = await createRoom(here.sync, ada, {
    name: "Nest",
    visibility: "public",
  });
  const message = (id: string, seq: number): Message => ({
    ...{ id, seq, authorID: "ada", from: "Ada", content: id },
    ...{ createdAt: 5, reactions: {} },
  });
  await here.sync.write([space], async (there) => {
    // Their keys have another order than they.
    for (let n = 1; n <= 120; n++) {
      if (n % 3 !== 0) {
        await there.set(`message/z${200 - n}`, message(`z${200 - n}`, n));
      }
    }
    const room = await there.get("room") as object;
    await there.set("room", { ...room, messageCount: 120 });
  });
  const text = await here.export(roomID);
  const ids = comparable(text).flatMap(({ message }) => message?.id ?? []);
  const wanted = Array.from({ length: 120 }, (_, i) => i + 1)
    .filter((n) => n % 3 !== 0).map((n) => `z${200 - n}`);
  assertEquals(ids, wanted);
  const { roomID: copy, messages } = await here.import(text);
  assertEquals(messages, 80);
  const entries = await here.entries(copy);
  const all = wanted.map((id) => entries.get(`message/${id}`) as Message);
  assertEquals(all.map(({ seq }) => seq), all.map((_, i) => i + 1));
  assert(all.every(({ authorID }) => authorID === "imported-ada"));
});

Deno.test("whichever read of an export the right to it ends in, nothing that this or a later read has brought is said (T100)", async () => {
  using store = await TransferStore.open();
  const file = bytesOf(3 * PIECE_BYTES, randomFrom(6));
  const { roomID } = await store.import(exportOf([
    ...Array.from({ length: 30 }, (_, i) => ({
      person: { id: `p${i}`, name: `P${i}` },
    })),
    ...Array.from({ length: 30 }, (_, i) => said(`m${i}`)),
    ...linesOf(file),
    withFile("f", cut(file).id),
    ...Array.from({ length: 30 }, (_, i) => said(`n${i}`)),
  ]));
  for (let n = 0, ends = true; ends; n++) {
    let [reads, said] = [0, 0];
    let saidUntil: number | undefined;
    const kv = gatedKv(store.kv, async (_, run) => {
      const answer = await run();
      if (reads++ === n) saidUntil = said;
      return answer;
    });
    const { sync } = new TransferStore(kv);
    const mayGoOn = () =>
      saidUntil === undefined
        ? Promise.resolve()
        : Promise.reject(new Refusal("not-allowed", "It is over."));
    try {
      for await (const _ of roomLines(kv, sync, roomID, mayGoOn)) said++;
      ends = saidUntil !== undefined;
      // Of what comes last there may be a read that brings nothing.
      if (ends) assertEquals(said, saidUntil! + 1, `read ${n}`);
    } catch (error) {
      assertEquals((error as Refusal).code, "not-allowed");
      assertEquals(said, saidUntil, `read ${n}`);
    }
  }
});

Deno.test("nobody can read a room that is being imported, and with its last line it is there for its owner (T103)", async () => {
  using store = await TransferStore.open();
  const { imports, sync } = store;
  const wish = { source: "s", visibility: "public", skip: false };
  const { id, roomID } = await imports.begin("ada", wish);
  const lines = exportOf([said("m1")]).trimEnd().split("\n");
  const space = roomSpace(roomID);
  for (const [i, line] of lines.entries()) {
    assertEquals(await mayRead(sync, "ada", space), false);
    const last = i === lines.length - 1;
    await imports.add("ada", id, { line: i + 1, lines: [line], last });
  }
  assert(await mayRead(sync, "ada", space));
  const keys = [...(await store.entries(roomID)).keys()];
  assertEquals(keys, ["member/ada", "message/m1", "room"]);
  const own = await sync.get(
    userSpace("ada"),
    `membership/${roomID}`,
    `read/${roomID}`,
  );
  assertEquals(own[1], { seq: 1 });
  const [listing] = await sync.get("directory", `listing/${roomID}`);
  assertEquals(listing, { roomID, name: "Nest", topic: "Plans", createdAt: 1 });
});

/** Lines that can't be taken, and a word of why. */
const BAD: [line: object | string, why: string][] = [
  ["", "no JSON"],
  ["nonsense", "no JSON"],
  ["[1", "no JSON"],
  ["null", "no JSON"],
  ["7", "no JSON"],
  ["[".repeat(50_000), "no JSON"],
  ["{}", "none of an export"],
  [[said("x")], "none of an export"],
  ["x".repeat(MAX_LINE + 1), "too long"],
  [
    { kvetch: "room", format: 1, room: { name: "R", topic: "", createdAt: 1 } },
    "Only the first line",
  ],
  [{ kvetch: "room", format: 2 }, "newer release"],
  [{ message: null }, "missing or not valid"],
  [{ message: {} }, "id: "],
  [said("a b"), "id: "],
  [said("x", { authorID: "../x" }), "authorID: "],
  [said("x", { authorID: "x".repeat(60) }), "authorID: "],
  [said("x", { from: "" }), "from: "],
  [said("x", { from: "A\u202eb" }), "from: "],
  [said("x", { content: 5 }), "content: "],
  [said("x", { content: "   " }), "content: "],
  [said("x", { content: "x".repeat(4_001) }), "content: "],
  [said("x", { createdAt: "2020-01-01" }), "createdAt: "],
  [said("x", { createdAt: -1 }), "createdAt: "],
  [said("x", { createdAt: 1e15 }), "createdAt: "],
  [said("x", { editedAt: 1.5 }), "editedAt: "],
  [said("x", { replyTo: "" }), "replyTo: "],
  [said("x", { reactions: { word: ["u"] } }), "reactions: "],
  [said("x", { reactions: { "👍": [] } }), "reactions: "],
  [said("x", { reactions: { "👍": ["u", "imported-u"] } }), "reactions: "],
  [
    said("x", {
      reactions: {
        "👍": Array.from({ length: 500 }, (_, i) => `u${i}`.padEnd(30, "-")),
      },
    }),
    "reactions: ",
  ],
  ['{"message":{"__proto__":{"id":"x"}}}', "id: "],
  [said("good1"), "has that ID"],
  [said("x", { files: [{ id: "x", name: "x" }] }), "files: "],
  [withFile("x", "0".repeat(64)), "is not there"],
  [{ person: { id: "p" } }, "name: "],
  [{ person: { id: "p", name: "P\n" + "x".repeat(50) } }, "name: "],
  [{ file: { id: "0".repeat(64), size: 5, pieces: "" } }, "pieces: "],
  [
    { file: { id: "0".repeat(64), size: 1e12, pieces: "0".repeat(64) } },
    "pieces: ",
  ],
  [{ piece: { file: "0".repeat(64), bytes: "AAAA" } }, "no such upload"],
  [{ piece: { file: "0".repeat(64), bytes: "%" } }, "bytes: "],
  [{ end: 3 }, "lines before it"],
  [{ end: -1 }, "whole number"],
];

Deno.test("each bad line is named by its number, and the rest goes in, as asked (T103, T104)", async () => {
  using store = await TransferStore.open();
  const lines: (object | string)[] = [];
  const wanted: [number, string][] = [];
  for (const [i, [line, why]] of BAD.entries()) {
    lines.push(said(`good${i}`), line);
    wanted.push([lines.length + 1, why]);
  }
  lines.push(said("last"));
  const state = await store.import(exportOf(lines), { skip: true });
  assertEquals(state.state, "done");
  assertEquals(state.bad.map(({ line }) => line), wanted.map(([line]) => line));
  for (const [i, { reason }] of state.bad.entries()) {
    assert(reason.includes(wanted[i][1]), `${reason} / ${wanted[i][1]}`);
  }
  // And one without the file that it names.
  assertEquals(state.messages, BAD.length + 2);
  assertEquals(state.badCount, BAD.length);
});

Deno.test("of a file with a bad line nothing is left, as asked, and all bad lines are named (T103)", async () => {
  using store = await TransferStore.open();
  const before = await store.keys();
  const file = bytesOf(100, randomFrom(3));
  for (const [line, why] of BAD) {
    const text = exportOf([
      said("good1"),
      line,
      ...Array.from({ length: 150 }, (_, i) => said(`more${i}`)),
      "nonsense",
    ]);
    const { state, bad, roomID } = await store.import(text);
    assertEquals(state, "refused");
    assertEquals(bad.map(({ line }) => line), [3, 154], why);
    assertEquals((await store.entries(roomID)).size, 0);
  }
  assertEquals(await store.keys(), before);
  const withOne = exportOf([...linesOf(file), "nonsense"]);
  assertEquals((await store.import(withOne)).state, "refused");
});

Deno.test("a file that is cut off, has lines behind its end or lacks some is bad, and one that is none of ours is refused (T103)", async () => {
  using store = await TransferStore.open();
  const whole = exportOf([said("m1"), said("m2")]).trimEnd().split("\n");
  const numbers = async (lines: string[], skip = false) => {
    const { state, bad } = await store.import(lines.join("\n"), { skip });
    return [state, ...bad.map(({ line }) => line)];
  };
  assertEquals(await numbers(whole.slice(0, -1)), ["refused", 4]);
  assertEquals(await numbers([...whole, whole[1]]), ["refused", 5]);
  assertEquals(await numbers(whole.toSpliced(1, 1)), ["refused", 3, 4]);
  assertEquals(await numbers(whole.slice(1), true), ["refused", 1, 3, 4]);
  assertEquals(await numbers([""]), ["refused", 1]);
  const [head] = whole;
  const direct = head.replace('"topic"', '"direct":true,"topic"');
  assertEquals((await numbers(whole.with(0, direct), true))[0], "refused");
  assertEquals((await numbers(whole.slice(0, -1), true))[0], "done");
});

Deno.test("of a thousand bad lines a hundred are named, and all are counted (T103)", async () => {
  using store = await TransferStore.open();
  const text = exportOf(Array.from({ length: 2_500 }, () => "no"));
  const { bad, badCount } = await store.import(text, { skip: true });
  assertEquals([bad.length, badCount], [100, 2_500]);
});

/** A hundred lines whose reasons quote what is in them, `n` telling them apart. */
const QUOTED: [what: string, line: (n: number) => object][] = [
  ["long names of files in Chinese", (n) => missing(n, "名".repeat(200))],
  ["names of files of quotation marks", (n) => missing(n, '"'.repeat(200))],
  ["names of files of emoji", (n) => missing(n, "🦊".repeat(200))],
  [
    "reactions that are words in Chinese",
    (n) => said(`x${n}`, { reactions: { ["名".repeat(9_000)]: 7 } }),
  ],
  [
    "reactions that are control characters",
    (n) => said(`x${n}`, { reactions: { ["\x01".repeat(9_000)]: 7 } }),
  ],
];
const missing = (n: number, name: string) =>
  said(`x${n}`, { files: [{ id: "0".repeat(64), name }] });

Deno.test("a hundred bad lines are named whatever their reasons quote (T103)", async () => {
  for (const [what, line] of QUOTED) {
    using store = await TransferStore.open();
    const lines = Array.from({ length: 120 }, (_, n) => line(n));
    const text = exportOf([...lines, said("last")], {
      name: "名".repeat(40),
      topic: "🦊".repeat(200),
    });
    const { state, bad, badCount } = await store.import(text, { skip: true });
    assertEquals([state, bad.length, badCount], ["done", 100, 120], what);
    const [{ reason }] = bad;
    assert(/is not there|reactions/.test(reason), reason);
    const again = await store.import(text, { skip: true });
    assertEquals([again.state, again.badCount], ["done", 120], what);
  }
});

Deno.test("an import goes on whose bad lines the last release named at length (T103)", async () => {
  using store = await TransferStore.open();
  const wish = { source: "s", visibility: "private", skip: true };
  const { id, roomID } = await store.imports.begin("ada", wish);
  const lines = exportOf([
    ...Array(60).fill("no"),
    ...Array.from({ length: 10 }, (_, n) => missing(n, "名".repeat(200))),
  ]).trimEnd().split("\n");
  const first = { line: 1, lines: lines.slice(0, 61), last: false };
  await store.imports.add("ada", id, first);
  await store.sync.write([roomSpace(roomID)], async (there) => {
    const progress = await there.get("import") as { bad: object[] };
    const bad = progress.bad.map((each) => ({
      ...each,
      reason: "名".repeat(300),
    }));
    await there.set("import", { ...progress, bad });
  });
  const rest = { line: 62, lines: lines.slice(61), last: true };
  const { state, bad } = await store.imports.add("ada", id, rest);
  assertEquals([state, bad.length], ["done", 70]);
});

Deno.test("a message that is as large as it can be is taken (T104, C5)", async () => {
  using store = await TransferStore.open(":memory:", { maxBytes: 1e9 });
  const files = Array.from(
    { length: 10 },
    (_, n) => bytesOf(10, randomFrom(n)),
  );
  const users = Array.from({ length: 140 }, (_, n) => `${n}`.padEnd(44, "x"));
  const { bad } = await store.import(
    exportOf([
      ...files.flatMap(linesOf),
      said("x".repeat(64), {
        ...{ authorID: "a".repeat(55), from: "🦊".repeat(40) },
        content: "\x01".repeat(3_999) + "x",
        ...{ editedAt: 1_600_000_000_000, replyTo: "y".repeat(64) },
        reactions: { "👍": users },
        files: files.map((file) => ({
          ...{ id: cut(file).id, name: "🦊".repeat(200) },
          alt: "🦊".repeat(400),
        })),
      }),
    ]),
    { skip: true },
  );
  assertEquals(bad, []);
});

Deno.test("whatever is sent again, in whatever pieces and by however many at once, each line is in once (T102)", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ from: fc.nat(40), count: fc.nat(30) }), {
        maxLength: 12,
      }),
      async (requests) => {
        using store = await TransferStore.open();
        const { imports } = store;
        const all = exportOf(
          Array.from({ length: 38 }, (_, i) => said(`m${i}`)),
        )
          .trimEnd().split("\n");
        const wish = { source: "s", visibility: "private", skip: false };
        const { id, roomID } = await imports.begin("ada", wish);
        const send = async (from: number, count: number) => {
          const lines = all.slice(from, from + count);
          const chunk = { line: from + 1, lines, last: false };
          return await imports.add("ada", id, chunk).catch((error) => {
            if ((error as Refusal).code !== "incomplete") throw error;
          });
        };
        await Promise.all(requests.map(({ from, count }) => send(from, count)));
        const { line } = await imports.begin("ada", wish);
        const rest = { line: line + 1, lines: all.slice(line), last: true };
        const states = await Promise.all([
          imports.add("ada", id, rest),
          imports.add("ada", id, rest),
        ]);
        assertEquals(states.map(({ state }) => state), ["done", "done"]);
        const entries = await store.entries(roomID);
        const seqs = [...entries.values()].flatMap((value) =>
          (value as Message).seq ?? []
        );
        assertEquals(
          seqs.sort((a, b) => a - b),
          Array.from({ length: 38 }, (_, i) => i + 1),
        );
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("whatever people may write survives export and import (T100, M18)", async () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  const messages = fc.array(
    fc.record({
      content: fc.string({ unit: "grapheme", maxLength: 60 })
        .map((text) => `a${text}b`),
      from: name.map((text) => `A${text.replaceAll(/[\p{C}\p{Z}]/gu, "")}`),
      authorID: fc.stringMatching(/^[A-Za-z0-9_-]{1,50}$/),
      createdAt: fc.nat(1e12),
      reactions: fc.constantFrom(undefined, {
        "🦊": ["u1"],
        "❤️": ["u2", "u1"],
      }),
    }),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(messages, async (some) => {
      using here = await TransferStore.open();
      using there = await TransferStore.open();
      const lines = some.map((message, i) => said(`m${i}`, message));
      const first = await here.import(exportOf(lines));
      assertEquals(first.bad, []);
      const text = await here.export(first.roomID);
      const second = await there.import(text);
      assertEquals(
        comparable(await there.export(second.roomID)),
        comparable(text),
      );
      const contents = comparable(text).flatMap(({ message }) =>
        message?.content ?? []
      );
      assertEquals(contents, some.map(({ content }) => content));
    }),
    { numRuns: 40 },
  );
});

Deno.test("whatever is made of the lines of an export, each is taken or named, and none breaks the import (T103, T104)", async () => {
  const valid = [
    {
      kvetch: "room",
      format: 1,
      exportedAt: 1,
      room: { name: "R", topic: "", createdAt: 1 },
    },
    { person: { id: "bob", name: "Bob", role: "owner" } },
    { file: { id: "0".repeat(64), size: 3, pieces: "0".repeat(64) } },
    { piece: { file: "0".repeat(64), bytes: "AAAA" } },
    said("m", {
      ...{ editedAt: 1, replyTo: "n", reactions: { "👍": ["a", "b"] } },
      files: [{ id: "0".repeat(64), name: "x", alt: "y" }],
    }),
    { end: 3 },
  ];
  const line = fc.oneof(...valid.map((each) => mutatedJSON(fc, each)))
    .map((text) => text.replaceAll("\n", " "));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
      using store = await TransferStore.open();
      // Between lines that are as they should be.
      const text = exportOf([said("first"), ...lines, said("last")]);
      const { state, messages, bad } = await store.import(text, { skip: true });
      assertEquals(state, "done");
      const isThere = bad.every(({ line }) => line !== 2);
      assert(isThere && messages >= 1);
    }),
    { numRuns: 150 },
  );
});

Deno.test("a process that ends before or after any of its commits leaves an import that another ends, or has given up (T102, T103)", async () => {
  const file = bytesOf(70_000, randomFrom(4));
  const lines = [
    said("m1"),
    ...linesOf(file),
    withFile("m2", cut(file).id),
    ...Array.from({ length: 250 }, (_, i) => said(`n${i}`)),
  ];
  const bad = exportOf([...lines, "no"]);
  for (
    const [text, skip] of [[exportOf(lines), false], [bad, false], [
      bad,
      true,
    ]] as const
  ) {
    using whole = await TransferStore.open();
    const first = await whole.import(text, { skip });
    const { state, roomID } = first;
    const wanted = state === "done" && comparable(await whole.export(roomID));
    for (let n = 0, dies = true; dies; n++) {
      using store = await TransferStore.open();
      const before = await store.keys();
      const { promise: died, resolve: die } = Promise.withResolvers<"died">();
      let commits = n / 2;
      const never = new Promise<never>(() => {});
      const kv = gatedKv(store.kv, async (call, run) => {
        if (commits < 0) return await never;
        const isLast = call.kind === "commit" && commits-- < 1;
        if (!isLast) return await run();
        if (n % 2 === 1) await run();
        die("died");
        return await never;
      });
      const done = new TransferStore(kv).import(text, { skip });
      dies = await Promise.race([done, died]) === "died";
      const again = await store.import(text, { skip });
      assertEquals(
        [again.state, again.messages, again.bad, again.badCount],
        [state, first.messages, first.bad, first.badCount],
        `commit ${n / 2}`,
      );
      const spaces = (await store.keys()).filter((key) =>
        /^version room:/.test(key)
      );
      if (wanted) {
        const exported = comparable(await store.export(again.roomID));
        assertEquals(exported, wanted, `commit ${n / 2}`);
        assertEquals(spaces.length, 1, `commit ${n / 2}`);
      } else {
        // But for the file, which goes when housekeeping comes round.
        const left = (await store.keys()).filter((key) =>
          !/^(file|piece|received|fileUse|fileUsage) /.test(key)
        );
        assertEquals(left, before, `commit ${n / 2}`);
      }
    }
  }
});

Deno.test("the same file chosen again is not imported twice, until its room is gone; with another wish one under way begins anew (T102)", async () => {
  using store = await TransferStore.open();
  const text = exportOf([said("m1")]);
  const first = await store.import(text);
  const again = await store.import(text);
  assertEquals([again.state, again.roomID], ["done", first.roomID]);
  await store.addPerson("bob", "Bob");
  const others = await store.import(text, { by: "bob" });
  assert(others.roomID !== first.roomID);
  await store.sync.erase(roomSpace(first.roomID));
  const anew = await store.import(text);
  assert(anew.roomID !== first.roomID);

  const { imports } = store;
  const wish = { source: "other", visibility: "private", skip: false };
  const { id, roomID } = await imports.begin("ada", wish);
  await imports.add("ada", id, { line: 1, lines: ["no"], last: false });
  const begun = await imports.begin("ada", { ...wish, skip: true });
  assertEquals([begun.line, begun.roomID === roomID], [0, false]);
  assertEquals((await store.entries(roomID)).size, 0);
});

Deno.test("an import that several begin at once is one, and of all its rooms one is there (T102)", async () => {
  using store = await TransferStore.open();
  const text = exportOf(Array.from({ length: 300 }, (_, i) => said(`m${i}`)));
  const states = await Promise.all([1, 2, 3].map(() => store.import(text)));
  assertEquals(new Set(states.map(({ roomID }) => roomID)).size, 1);
  const spaces = (await store.keys())
    .filter((key) => /^version room:/.test(key));
  assertEquals(spaces.length, 1);
  assertEquals((await store.entries(states[0].roomID)).size, 302);
});

Deno.test("an import is its person's own, is given up by them, by a rest of a day and with their account, and five are under way at most (T102)", async () => {
  using store = await TransferStore.open();
  const { imports, sync } = store;
  await store.addPerson("bob", "Bob");
  const before = await store.keys();
  const wish = { source: "s", visibility: "private", skip: false };
  const chunk = {
    line: 1,
    lines: exportOf([]).split("\n").slice(0, 1),
    last: false,
  };
  const begin = async (by: string, source: string) => {
    const { id } = await imports.begin(by, { ...wish, source });
    await imports.add(by, id, chunk);
    return id;
  };
  const id = await begin("ada", "s");
  const refused = async (promise: Promise<unknown>, code: string) =>
    assertEquals((await assertRejects(() => promise, Refusal)).code, code);
  await refused(imports.add("bob", id, chunk), "not-found");
  await refused(imports.cancel("bob", id), "not-found");
  await refused(imports.add("ada", "x".repeat(5_000), chunk), "not-found");
  await imports.cancel("ada", id);
  await refused(imports.add("ada", id, chunk), "not-found");
  assertEquals(await store.keys(), before);

  for (let n = 1; n <= 5; n++) await begin("ada", `s${n}`);
  await refused(imports.begin("ada", { ...wish, source: "s6" }), "full");
  await begin("bob", "s");
  sync.addChores(imports.chores());
  await sync.housekeep(Date.now() + 22 * 3_600_000);
  await refused(imports.begin("ada", { ...wish, source: "s6" }), "full");
  await sync.write([userSpace("bob")], (own) => own.del("profile"));
  await sync.housekeep(Date.now());
  await sync.housekeep(Date.now() + 24 * 3_600_000);
  const left = (await store.keys()).filter((key) => !key.startsWith("chore "));
  const wanted = before.filter((key) => !key.includes("bob"));
  assertEquals(left.filter((key) => !key.includes("bob")), wanted);
});

Deno.test("files count as the importer's, and without room for them the message goes in without, named, or nothing does (T104)", async () => {
  const file = bytesOf(500, randomFrom(5));
  const { id } = cut(file);
  const text = exportOf([
    ...linesOf(file),
    withFile("m1", id),
    withFile("m2", id, { content: "" }),
    said("m3"),
  ]);
  for (const limit of ["person", "room"] as const) {
    using store = await TransferStore.open(":memory:", {
      [limit]: { bytes: 100, files: 1 },
    });
    assertEquals((await store.import(text)).state, "refused");
    const state = await store.import(text, { skip: true });
    const { messages, bad } = state;
    assertEquals(messages, 2);
    const lines = limit === "person" ? [2, 3, 4, 5] : [4, 5];
    assertEquals(bad.map(({ line }) => line), lines);
    const entries = await store.entries(state.roomID);
    assertEquals((entries.get("message/m1") as Message).files, undefined);
  }
  using store = await TransferStore.open();
  const { roomID } = await store.import(text);
  const m1 = (await store.entries(roomID)).get("message/m1") as Message;
  assertEquals([m1.filesBy, m1.files?.[0].size], ["ada", 500]);
  // Housekeeping leaves the files of messages that are there.
  store.sync.addChores(store.fileUses.chores());
  await store.sync.housekeep(Date.now() + 3 * 24 * 3_600_000);
  assert(await storedFile(store.kv, "ada", id));
});

Deno.test("lines are cut into chunks that a request holds, whatever is in them, and too long ones are held only so far (T102)", async () => {
  const lines = [
    "a",
    "",
    "é".repeat(MAX_LINE * 3),
    "\0".repeat(MAX_LINE),
    "b\r",
    "c",
  ];
  const bytes = new TextEncoder().encode(lines.join("\n") + "\n\n\n");
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 1_001) {
      yield bytes.subarray(at, at + 1_001);
    }
  }
  const chunks = await Array.fromAsync(chunksOf(linesIn(pieces()), 2));
  const all = chunks.flatMap(({ lines }) => lines.map(({ text }) => text));
  assertEquals(all.map(({ length }) => length), [
    0,
    MAX_LINE + 1,
    MAX_LINE,
    1,
    1,
  ]);
  assertEquals(chunks.at(-1)!.last, true);
  for (const { lines } of chunks) {
    const body = JSON.stringify({ lines: lines.map(({ text }) => text) });
    assert(new TextEncoder().encode(body).length < 1_048_000);
  }
});

/** The lines of a file of equal pieces, with all of them but the last where `isWhole` is not; of what ID it is said to be. */
function equalPieces(id: string, pieces: number, isWhole: boolean): object[] {
  const bytes = new Uint8Array(PIECE_BYTES);
  const names = Array(pieces).fill(hash("sha256", bytes));
  if (!isWhole) names.splice(-1, 1, "f".repeat(64));
  return [
    { file: { id, size: pieces * PIECE_BYTES, pieces: names.join("") } },
    { piece: { file: id, bytes: bytes.toBase64() } },
  ];
}

Deno.test("of a file whose pieces are not all there none is read, and however many messages of a request name a file, it is looked for once (T104)", async () => {
  using store = await TransferStore.open();
  const reads = { piece: 0, received: 0, file: 0 };
  const kv = gatedKv(store.kv, (call, run) => {
    for (const [kind] of call.kind === "commit" ? [] : call.keys) {
      if (kind === "piece" || kind === "received" || kind === "file") {
        reads[kind]++;
      }
    }
    return run();
  });
  const gated = new TransferStore(kv);
  const [unfinished, missing] = ["a".repeat(64), "b".repeat(64)];
  const naming = (file: string) =>
    Array.from({ length: 40 }, (_, i) => withFile(`${file[0]}${i}`, file));
  const { bad, badCount } = await gated.import(
    exportOf([
      ...equalPieces(unfinished, 400, false),
      ...naming(unfinished),
      ...naming(missing),
    ]),
    { skip: true },
  );
  assertEquals(badCount, 80);
  assert(bad[39].reason.includes("Pieces of this file are missing"));
  assertEquals(reads.piece, 0);
  // Begun, looked for, and of the other one: each once.
  assert(reads.received <= 2, `${reads.received}`);
  assert(reads.file <= 8, `${reads.file}`);
});

Deno.test("each file that an import reads as a whole is counted before it is, and one that is one too many can be sent again (T18, T104)", async () => {
  using store = await TransferStore.open();
  const { imports } = store;
  const files = [1, 2, 3].map((n) => bytesOf(n * 1_000, randomFrom(n)));
  const wrong = "c".repeat(64);
  const lines = exportOf([
    ...files.flatMap(linesOf),
    ...equalPieces(wrong, 3, true),
    ...equalPieces("d".repeat(64), 3, false),
    ...files.map((file, i) => withFile(`m${i}`, cut(file).id)),
    ...[1, 2, 3].map((n) => withFile(`w${n}`, wrong)),
    withFile("d", "d".repeat(64)),
    withFile("again", cut(files[0]).id),
  ]).trimEnd().split("\n");
  const wish = { source: "s", visibility: "private", skip: true };
  const { id } = await imports.begin("ada", wish);
  let [left, refused] = [1, 0];
  const count = () => {
    if (left-- > 0) return Promise.resolve();
    [left, refused] = [1, refused + 1];
    return Promise.reject(new LimitReached(429, 1, "Too many"));
  };
  const chunk = { line: 1, lines, last: true };
  for (;;) {
    const state = await imports.add("ada", id, chunk, count)
      .catch((error) => {
        if (!(error instanceof LimitReached)) throw error;
      });
    if (!state) continue;
    assertEquals([state.state, state.badCount, state.messages], ["done", 4, 8]);
    break;
  }
  assertEquals(refused, 3); // four files, one a time
});

Deno.test("a file that lines behind a message complete is there for the next message of the same request (T104)", async () => {
  using store = await TransferStore.open();
  const file = bytesOf(100, randomFrom(7));
  const [begun, piece] = linesOf(file);
  const { id } = cut(file);
  const { bad } = await store.import(
    exportOf([
      withFile("m1", id),
      begun,
      withFile("m2", id),
      piece,
      withFile("m3", id),
    ]),
    { skip: true },
  );
  assertEquals(bad.map(({ line }) => line), [2, 4]);
});

/** Two processes with a person's import under way, and a way to hold the first one up. */
async function twoProcesses() {
  const second = await TransferStore.open();
  const { kv, hold } = pausableKv(second.kv);
  const first = new TransferStore(kv);
  const changes = (kind: string) => ({ kind: how, keys }: Call) =>
    how === "commit" && keys.some(([first]) => first === kind);
  return { first, second, hold, changes };
}

const WISH = { source: "s", visibility: "private", skip: true };

Deno.test("whoever finds the room of an import open tells which lines were bad, as does who asks later (T102, T103)", async () => {
  const { first, second, hold, changes } = await twoProcesses();
  using _ = second;
  const lines = exportOf([said("m1"), "no"]).trimEnd().split("\n");
  const { id } = await first.imports.begin("ada", WISH);
  const chunk = { line: 1, lines, last: true };
  for (const when of ["before", "after"] as const) {
    const done = hold(when, changes("imported"));
    const late = first.imports.add("ada", id, chunk);
    await done.reached;
    const states = [
      await second.imports.add("ada", id, chunk),
      await second.imports.begin("ada", WISH),
    ];
    done.release();
    for (const { state, bad, badCount, messages } of [...states, await late]) {
      assertEquals([state, bad.map(({ line }) => line), badCount, messages], [
        ...["done", [3], 1, 1],
      ]);
    }
    await second.sync.erase(roomSpace(states[0].roomID));
    await first.imports.begin("ada", WISH);
  }
});

Deno.test("an import that was opened by the last release, which noted nothing, is done (T102)", async () => {
  const { first, second, hold, changes } = await twoProcesses();
  using _ = second;
  const lines = exportOf([said("m1")]).trimEnd().split("\n");
  const { id, roomID } = await first.imports.begin("ada", WISH);
  const done = hold("before", changes("imported"));
  const late = first.imports.add("ada", id, { line: 1, lines, last: true });
  await done.reached;
  const key = ["import", "ada", id];
  const { value } = await second.kv.get<{ outcome: unknown }>(key);
  const { outcome: __, ...before } = value!;
  await second.kv.set(key, before);
  const { state, messages } = await second.imports.begin("ada", WISH);
  assertEquals([state, messages], ["done", 1]);
  done.release();
  assertEquals((await late).roomID, roomID);
});

Deno.test("of an import that is begun again while it is given up nothing is left, with the lines that came in between (T102)", async () => {
  const { first, second, hold, changes } = await twoProcesses();
  using _ = second;
  const before = await second.keys();
  const { id } = await first.imports.begin("ada", WISH);
  const end = hold("before", changes("import"));
  const given = first.imports.cancel("ada", id);
  await end.reached;
  await second.imports.begin("ada", WISH);
  const lines = exportOf([said("m1")]).trimEnd().split("\n").slice(0, 2);
  const chunk = { line: 1, lines, last: false };
  assertEquals((await second.imports.add("ada", id, chunk)).messages, 1);
  end.release();
  await given;
  assertEquals(await second.keys(), before);
  const add = () => second.imports.add("ada", id, chunk);
  assertEquals((await assertRejects(add, Refusal)).code, "not-found");
});

Deno.test("an import that was half given up when the process ended is imported whole by who chooses it again (T102)", async () => {
  const text = exportOf(Array.from({ length: 60 }, (_, i) => said(`m${i}`)));
  const lines = text.trimEnd().split("\n");
  for (let n = 0, dies = true; dies; n++) {
    using store = await TransferStore.open();
    const died = Promise.withResolvers<"died">();
    let commits = n;
    const kv = gatedKv(store.kv, async (call, run) => {
      if (call.kind !== "commit" || commits-- > 0) return await run();
      died.resolve("died");
      return await new Promise<never>(() => {});
    });
    const { id } = await store.imports.begin("ada", WISH);
    const chunk = { line: 1, lines: lines.slice(0, 50), last: false };
    await store.imports.add("ada", id, chunk);
    const given = new TransferStore(kv).imports.cancel("ada", id);
    dies = await Promise.race([given, died.promise]) === "died";
    const { bad, messages } = await store.import(text, {
      ...{ skip: true, source: WISH.source },
    });
    assertEquals([bad, messages], [[], 60], `commit ${n}`);
    const rooms = (await store.keys()).filter((key) => key.includes(" room:"));
    assert(rooms.every((key) => key.includes(rooms[0].split(" ")[1])));
  }
});

Deno.test("an import that is given up before its room has anything begins anew for who was beginning it (T102)", async () => {
  const { first, second, hold, changes } = await twoProcesses();
  using _ = second;
  const before = await second.keys();
  const set = hold("after", changes("import"));
  const begun = first.imports.begin("ada", WISH);
  await set.reached;
  const [id] = (await second.keys()).filter((key) => key.startsWith("import "))
    .map((key) => key.split(" ")[2]);
  await second.imports.cancel("ada", id);
  set.release();
  const { state } = await begun;
  assertEquals(state, "open");
  await second.imports.cancel("ada", id);
  assertEquals(await second.keys(), before);
});

Deno.test("an import whose room gets its first entry behind what was taken out of it is begun anew (T102)", async () => {
  const { first, second, hold, changes } = await twoProcesses();
  using _ = second;
  const before = await second.keys();
  const other = pausableKv(second.kv);
  const third = new TransferStore(other.kv);
  const opening = hold("before", changes("entry"));
  const begun = first.imports.begin("ada", WISH);
  await opening.reached;
  const ending = other.hold(
    "before",
    ({ kind, changes: [change] }) =>
      kind === "commit" && change.key[0] === "import" && !change.value,
  );
  const [id] = (await second.keys()).filter((key) => key.startsWith("import "))
    .map((key) => key.split(" ")[2]);
  const given = third.imports.cancel("ada", id);
  await ending.reached;
  opening.release();
  assertEquals((await begun).state, "open");
  ending.release();
  await given;
  await second.imports.cancel("ada", id);
  assertEquals(await second.keys(), before);
});

Deno.test("whatever several processes begin, add and give up at once, nothing is left behind what is under way (T102)", async () => {
  const request = fc.record({
    what: fc.constantFrom("begin", "add", "cancel"),
    process: fc.nat(1),
    skip: fc.boolean(),
    later: fc.nat(6),
  });
  const lines = exportOf([said("m1"), said("m2")]).trimEnd().split("\n");
  const chunk = { line: 1, lines: lines.slice(0, -1), last: false };
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 12 }), async (requests) => {
      using store = await TransferStore.open();
      const before = await store.keys();
      const processes = [store, new TransferStore(store.kv)];
      const { id } = await store.imports.begin("ada", WISH);
      await Promise.all(requests.map(async (each) => {
        const { imports } = processes[each.process];
        for (let i = 0; i < each.later; i++) await store.kv.get(["turn"]);
        const done = each.what === "begin"
          ? imports.begin("ada", { ...WISH, skip: each.skip })
          : each.what === "add"
          ? imports.add("ada", id, chunk)
          : imports.cancel("ada", id);
        await done.catch((error) => {
          if ((error as Refusal).code !== "not-found") throw error;
        });
      }));
      await store.imports.cancel("ada", id).catch((error) => {
        if ((error as Refusal).code !== "not-found") throw error;
      });
      const left = await store.keys();
      // Processes that outran each other have turns, for ten seconds (C9).
      assertEquals(left.filter((key) => !key.startsWith("turns ")), before);
    }),
    { numRuns: 200 },
  );
});

Deno.test("of imports that begin all at once, in several processes, five are under way, and one more for each that ends (T102)", async () => {
  using store = await TransferStore.open();
  const before = await store.keys();
  const processes = [store, new TransferStore(store.kv)];
  const begin = (sources: string[]) =>
    Promise.allSettled(
      sources.map((source, i) =>
        processes[i % 2].imports.begin("ada", { ...WISH, source })
      ),
    );
  const begun = (results: PromiseSettledResult<{ id: string }>[]) =>
    results.flatMap((result) => {
      if (result.status === "fulfilled") return [result.value.id];
      assertEquals(result.reason.code, "full");
      return [];
    });
  const sources = Array.from({ length: 15 }, (_, i) => `s${i}`);
  const first = begun(await begin(sources));
  assertEquals(first.length, 5);
  const [one, two, ...rest] = first;
  await store.imports.cancel("ada", one);
  const text = exportOf([said("m1")]).trimEnd().split("\n");
  await store.imports.add("ada", two, { line: 1, lines: text, last: true });
  const others = begun(await begin(sources.map((source) => `other ${source}`)));
  assertEquals(others.length, 2);
  for (const id of [...rest, ...others]) await store.imports.cancel("ada", id);
  const kinds = (await store.keys()).filter((key) => /^import/.test(key));
  assertEquals(kinds, [`imported ada ${two}`]);
  assert(before.every((key) => !/^import/.test(key)));
});

Deno.test("more than five imports that the last release let begin are counted (T102)", async () => {
  using store = await TransferStore.open();
  for (let n = 0; n < 7; n++) {
    await store.kv.set(["import", "ada", `${n}`], {
      ...{ roomID: `r${n}`, visibility: "private", skip: true, at: 0 },
    });
  }
  const begin = () => store.imports.begin("ada", WISH);
  for (let left = 7; left >= 5; left--) {
    assertEquals((await assertRejects(begin, Refusal)).code, "full");
    await store.imports.cancel("ada", `${left - 1}`);
  }
  assertEquals((await begin()).state, "open");
});
