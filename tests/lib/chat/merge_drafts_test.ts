// What becomes of a draft that several devices write.
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { mergeDrafts } from "../../../lib/chat/merge_drafts.ts";
import { userMutators } from "../../../lib/chat/mutators.ts";
import { MAX_CONTENT, MAX_DRAFT } from "../../../lib/chat/lengths.ts";
import { memoryTransaction } from "../../support/memory_transaction.ts";

Deno.test("mergeDrafts() takes what one device alone has written", () => {
  assertEquals(mergeDrafts("", "", "A"), "A");
  assertEquals(mergeDrafts("A", "A", "A and more"), "A and more");
  assertEquals(mergeDrafts("A", "A", ""), "");
  assertEquals(mergeDrafts("A", "", "A"), "A");
  assertEquals(mergeDrafts("", "A", "A and more"), "A and more");
});

Deno.test("mergeDrafts() puts what two devices have written one below the other", () => {
  assertEquals(mergeDrafts("B", "", "A"), "B\nA");
  assertEquals(mergeDrafts("B", "C", "A"), "B\nA");
});

Deno.test("mergeDrafts() changes of a draft only the part that a device knew", () => {
  assertEquals(mergeDrafts("B\nA", "A", "A and more"), "B\nA and more");
  assertEquals(mergeDrafts("B\nA", "A", "A\nmore"), "B\nA\nmore");
  assertEquals(mergeDrafts("A\nmore\nB", "A\nmore", "C"), "C\nB");
  assertEquals(mergeDrafts("B$&A\nA", "A", "$&"), "B$&A\n$&");
  assertEquals(mergeDrafts("aB\naa", "a", "b"), "aB\naa\nb");
});

Deno.test("mergeDrafts() takes what was sent out of a draft, and nothing else", () => {
  assertEquals(mergeDrafts("B\nA", "A", ""), "B");
  assertEquals(mergeDrafts("A\nB", "A", ""), "B");
  assertEquals(mergeDrafts("B", "A", ""), "B");
});

Deno.test("mergeDrafts() done twice ends the same, and loses no line of a draft that its writer did not know", () => {
  // No line twice: one of them could be either's.
  const line = fc.constantFrom("a", "b", "ab", "c");
  const text = fc.uniqueArray(line, { maxLength: 4 })
    .map((lines) => lines.join("\n"));
  const all = fc.property(text, text, text, (draft, was, content) => {
    fc.pre(content !== was);
    const once = mergeDrafts(draft, was, content);
    assertEquals(mergeDrafts(once, was, content), once);
    if (draft === "" || draft === was) return assertEquals(once, content);
    for (const line of draft.split("\n")) {
      if (was.split("\n").includes(line)) continue;
      assertEquals(once.split("\n").includes(line), true);
    }
  });
  fc.assert(all, { numRuns: 10_000 });
});

Deno.test("setDraft without `was` puts its content in the place of what is there (M9)", async () => {
  const { tx, draft } = memory();
  const { setDraft } = userMutators();
  await setDraft(tx, { roomID: "r", content: "A" });
  await setDraft(tx, { roomID: "r", content: "B" });
  assertEquals(draft(), { content: "B" });
  await setDraft(tx, { roomID: "r", content: "" });
  assertEquals(draft(), undefined);
});

Deno.test("setDraft of a device that was offline leaves what another has written (M9)", async () => {
  const { tx, draft } = memory();
  const { setDraft } = userMutators();
  await setDraft(tx, { roomID: "r", content: "B", was: "" });
  await setDraft(tx, { roomID: "r", content: "A", was: "" });
  assertEquals(draft(), { content: "B\nA" });
  // And has sent what it wrote.
  await setDraft(tx, { roomID: "r", content: "", was: "A" });
  assertEquals(draft(), { content: "B" });
});

Deno.test("setDraft keeps two full drafts, and no more than that (M9)", async () => {
  const { tx, draft } = memory();
  const { setDraft } = userMutators();
  for (const letter of "ABC") {
    const content = letter.repeat(MAX_CONTENT);
    await setDraft(tx, { roomID: "r", content, was: "" });
  }
  const { content } = draft()!;
  assertEquals(content.length, MAX_DRAFT);
  assertEquals(content.split("\n").map(([letter]) => letter), ["A", "B"]);
  // Whoever has read it can change it.
  await setDraft(tx, { roomID: "r", content: "D", was: content });
  assertEquals(draft(), { content: "D" });
});

/** A space with one draft in it. */
function memory() {
  const entries = new Map<string, unknown>();
  const draft = () => entries.get("draft/r") as { content: string } | undefined;
  return { tx: memoryTransaction(entries), draft };
}
