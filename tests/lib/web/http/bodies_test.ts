// Bodies: what never comes is not waited for.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { HttpError } from "fresh";
import {
  type Incoming,
  readForm,
  readJSON,
} from "../../../../lib/web/http/bodies.ts";
import { MemoryBudget } from "../../../../lib/web/http/memory_budget.ts";
import { LimitReached } from "../../../../lib/web/http/rate_limits.ts";
import { Timers } from "../../../support/timers.ts";

/** What Deno reads a piece of a body into. */
const READ_BYTES = 64 * 1024;
const headers = { "content-type": "application/json" };

/** A request with a body, whose memory counts to a budget. */
function post(
  body: BodyInit,
  budget = new MemoryBudget(true),
  type = headers["content-type"],
): Incoming {
  const init = { method: "POST", headers: { "content-type": type }, body };
  const req = new Request("http://app.test", init);
  return { req, state: { held: budget.hold("here") } };
}

Deno.test("a body that stops coming is given up, and what has come of it let go (T7)", async () => {
  using timers = new Timers();
  let cancelled = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(100_000)),
    cancel() {
      cancelled = true;
    },
  });
  await assertRejects(() => readJSON(post(body)), HttpError, "too long");
  assertEquals(cancelled, true);
  assertEquals(timers.waited, [120_000]);
});

Deno.test("a small body that does not come holds nothing, and is given up sooner (T7, T46)", async () => {
  using timers = new Timers();
  const budget = new MemoryBudget(true);
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(10)),
  });
  const { req, state } = post(body, budget);
  req.headers.set("content-length", "16384");
  const reading = assertRejects(
    () => readJSON({ req, state }),
    HttpError,
    "too long",
  );
  assertEquals(budget.bytes, 0);
  await reading;
  assertEquals(timers.waited, [20_000]);
});

Deno.test("a body in the smallest pieces takes up no more than its bytes (T46)", async () => {
  const text = `"${"x".repeat(19_998)}"`;
  let [read, most] = [0, 0];
  const body = new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: READ_BYTES, // as the bodies of Deno's server
    pull(controller) {
      const { byobRequest } = controller;
      const view = new DataView(byobRequest!.view!.buffer);
      view.setUint8(0, text.charCodeAt(read++));
      byobRequest!.respond(1);
      if (read === text.length) controller.close();
      most = Math.max(most, Deno.memoryUsage().external);
    },
  });
  const before = Deno.memoryUsage().external;
  const incoming = post(body);
  assertEquals(await readJSON(incoming), JSON.parse(text));
  // Their buffers together are 1.3 GB.
  assert(most - before < 500e6, `${most - before} bytes`);
});

Deno.test("a body in pieces is read as it was sent", async () => {
  const text = JSON.stringify("💬".repeat(50_000));
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream({
    start(controller) {
      // Cut in the middle of a character.
      controller.enqueue(bytes.slice(0, 1_003));
      controller.enqueue(bytes.slice(1_003));
      controller.close();
    },
  });
  assertEquals(await readJSON(post(body)), "💬".repeat(50_000));
});

/** A body that never ends. */
const endless = () =>
  new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1_000).fill(32)),
  });

Deno.test("what has come of a body is held until its request is answered, and refused where there is no room (T7, T46)", async () => {
  const heap = {
    heap_size_limit: 3_200_000,
    used_heap_size: 0,
    external_memory: 0,
  };
  const budget = new MemoryBudget(true, () => heap);
  const small = post(JSON.stringify("x".repeat(9_998)), budget);
  await readJSON(small);
  assertEquals(budget.bytes, READ_BYTES + 30_000);
  const large = post(endless(), budget);
  const error = await assertRejects(() => readJSON(large), LimitReached);
  assertEquals(error.status, 503);
  // Of 800,000 the last quarter is for what is small.
  assertEquals(budget.bytes, 2 * READ_BYTES + 30_000 + 438_000);
  for (const each of [small, large]) each.state.held[Symbol.dispose]();
  assertEquals(budget.bytes, 0);
});

Deno.test("a form is refused at 16 KiB, before more of it has come (T7)", async () => {
  const budget = new MemoryBudget(true);
  const form = post(endless(), budget, "application/x-www-form-urlencoded");
  const error = await assertRejects(() => readForm(form, "name"), HttpError);
  assertEquals(error.status, 413);
  assertEquals(budget.bytes, READ_BYTES + 3 * 16_000);
});
