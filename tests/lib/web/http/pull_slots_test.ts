// Turns: how many answers to pulls one person has on their way, and for how long.
import { assertEquals, assertRejects } from "@std/assert";
import { LimitReached } from "../../../../lib/web/http/rate_limits.ts";
import { PullSlots, streamOf } from "../../../../lib/web/http/pull_slots.ts";
import { Timers } from "../../../support/timers.ts";

/** Lets all that can happen happen. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("a person has six slots, the seventh pull comes when one is free, and others do not wait (T18)", async () => {
  const turns = new PullSlots(true);
  const taken = await Promise.all(
    Array.from({ length: 6 }, () => turns.take("ada")),
  );
  const order: string[] = [];
  const next = turns.take("ada").then((done) => (order.push("7th"), done));
  const last = turns.take("ada").then((done) => (order.push("8th"), done));
  (await turns.take("bob"))();
  await settled();
  assertEquals(order, []);
  taken[0]();
  await next;
  await settled();
  assertEquals(order, ["7th"]);
  (await next)();
  (await last)();
  assertEquals(order, ["7th", "8th"]);
  for (const done of taken.slice(1)) done();
  (await turns.take("ada"))();
});

Deno.test("no more than two hundred wait for a slot (T8, T18)", async () => {
  const turns = new PullSlots(true);
  for (let i = 0; i < 6; i++) await turns.take("ada");
  const waiting = Array.from({ length: 200 }, () => turns.take("ada"));
  const error = await assertRejects(() => turns.take("ada"), LimitReached);
  assertEquals([error.status, error.seconds], [503, 1]);
  assertEquals(waiting.length, 200);
});

Deno.test("an answer that is read frees its slot, and so does one that is given up", async () => {
  let given = 0;
  const done = () => void given++;
  const read = await new Response(streamOf(["a", "b", "ü"], done)).text();
  assertEquals([read, given], ["abü", 1]);
  const body = streamOf(["a", "b"], done);
  await body.cancel();
  assertEquals(given, 2);
});

Deno.test("an answer that nobody reads is broken off after twenty seconds, and its slot freed (T19)", async () => {
  using timers = new Timers();
  let given = 0;
  let left = false;
  function* answer() {
    try {
      for (;;) yield "x".repeat(1_000);
    } finally {
      left = true;
    }
  }
  const reader = streamOf(answer(), () => given++).getReader();
  await settled(); // the first piece is here
  await settled();
  await assertRejects(() => reader.read(), Error, "not read");
  assertEquals([given, left], [1, true]);
  assertEquals(timers.waited.filter((each) => each > 0), [20_000]);
});

Deno.test("an answer that is read slowly is not broken off, however long it takes", async () => {
  using timers = new Timers();
  let given = 0;
  const reader = streamOf(["a", "b", "c"], () => given++).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  assertEquals([text, given], ["abc", 1]);
  assertEquals(timers.waited.filter((each) => each === 20_000).length, 3);
});

Deno.test("an answer comes in pieces of 16 KiB at most, whatever it is made of (T19)", async () => {
  const text = ["a", "ü".repeat(20_000), "b".repeat(16_384)];
  const sizes: number[] = [];
  const decoder = new TextDecoder();
  let read = "";
  for await (const piece of streamOf(text, () => {})) {
    sizes.push(piece.length);
    read += decoder.decode(piece, { stream: true });
  }
  assertEquals(read, text.join(""));
  assertEquals(sizes, [1, 16_384, 16_384, 7_232, 16_384]);
});
