// The answer that is a file: ranges of it, as the header asks for them, and the memory that it takes up.
import { assertEquals, assertRejects } from "@std/assert";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import { Sync } from "../../../../lib/sync/mod.ts";
import { PIECE_BYTES } from "../../../../lib/chat/files.ts";
import { fileAnswer, rangeIn } from "../../../../lib/web/files/file_answer.ts";
import { storedFile } from "../../../../lib/web/files/file_store.ts";
import { Uploads } from "../../../../lib/web/files/uploads.ts";
import { MemoryBudget } from "../../../../lib/web/http/memory_budget.ts";
import { randomFrom } from "../../../support/random.ts";
import { Timers } from "../../../support/timers.ts";
import { bytesOf, cut } from "../../../support/upload.ts";

Deno.test("one range of bytes is read as it is asked for (T65)", () => {
  for (
    const [header, first, last] of [
      ["bytes=0-0", 0, 0],
      ["bytes=0-99", 0, 99],
      ["bytes=10-19", 10, 19],
      ["bytes=10-", 10, 99],
      ["bytes=90-200", 90, 99],
      ["bytes=-10", 90, 99],
      ["bytes=-200", 0, 99],
    ] as const
  ) {
    assertEquals(rangeIn(header, 100), { first, last }, header);
  }
});

Deno.test("what is no range, or more than one, brings the whole file (T65)", () => {
  for (
    const header of [
      ...[null, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-1"],
      ...["bytes=0-1,5-6", "bytes= 0-1", "lines=0-1", "bytes=0-1 "],
      ...["bytes=-1-1", `bytes=${"9".repeat(20)}-`, "bytes=0x1-2"],
    ]
  ) {
    assertEquals(rangeIn(header, 100), "whole", String(header));
  }
});

Deno.test("a range behind the end of a file is none, and of an empty one each (T65)", () => {
  for (const header of ["bytes=100-", "bytes=100-200", "bytes=-0"]) {
    assertEquals(rangeIn(header, 100), "none", header);
  }
  for (const header of ["bytes=0-", "bytes=0-0", "bytes=-1"]) {
    assertEquals(rangeIn(header, 0), "none", header);
  }
});

/** A file of ten pieces in a KV, and how it is answered. */
async function fill(kv: Deno.Kv) {
  const file = cut(bytesOf(10 * PIECE_BYTES, randomFrom(18)));
  const pieces = file.pieces.map(([hash]) => hash);
  const much = { bytes: 1e9, files: 9 };
  const limits = { maxBytes: 1e9, person: much, room: much };
  const uploads = new Uploads(kv, limits, new Sync(kv, chatDomain));
  await uploads.begin("ada", { ...file, pieces });
  for (const [hash, bytes] of file.pieces) {
    await uploads.put("ada", file.id, hash, () => Promise.resolve(bytes));
  }
  const facts = await uploads.finish("ada", file.id);
  const stored = await storedFile(kv, "ada", file.id);
  const budget = new MemoryBudget(true);
  const answer = (headers = {}, method = "GET") =>
    fileAnswer(
      new Request("http://app.test/", { headers, method }),
      kv,
      { ...facts, name: "x" },
      stored!,
      budget.hold("here"),
    );
  return { file, budget, answer };
}

Deno.test("an answer holds three pieces until it has gone out, or is given up (T69)", async () => {
  using kv = await Deno.openKv(":memory:");
  const { file, budget, answer } = await fill(kv);
  for (const end of ["read", "given up"]) {
    const { body } = answer();
    assertEquals(budget.bytes, 3 * PIECE_BYTES);
    if (end === "given up") await body!.cancel();
    else assertEquals((await new Response(body).bytes()).length, file.size);
    assertEquals(budget.bytes, 0, end);
  }
  for (
    const { status } of [
      answer({ "if-none-match": `"${file.id}"` }),
      answer({ range: `bytes=${file.size}-` }),
      answer({}, "HEAD"),
    ]
  ) {
    assertEquals(budget.bytes, 0, `${status}`);
  }
});

Deno.test("an answer that nobody reads is broken off after twenty seconds (T69)", async () => {
  using kv = await Deno.openKv(":memory:");
  const { budget, answer } = await fill(kv);
  using timers = new Timers();
  const reader = answer().body!.getReader();
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  while (!timers.waited.includes(20_000)) await settled(); // the first piece is here
  await settled();
  await assertRejects(() => reader.read(), Error, "not read");
  assertEquals(budget.bytes, 0);
});

Deno.test("a file that is deleted while it is read breaks off (T69)", async () => {
  using kv = await Deno.openKv(":memory:");
  const { budget, answer } = await fill(kv);
  const { body } = answer();
  for await (const { key } of kv.list({ prefix: ["piece"] })) {
    await kv.delete(key);
  }
  await assertRejects(() => new Response(body).bytes(), Error);
  assertEquals(budget.bytes, 0);
});
