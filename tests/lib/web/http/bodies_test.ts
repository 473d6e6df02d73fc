// Bodies: what never comes is not waited for.
import { assertEquals, assertRejects } from "@std/assert";
import { HttpError } from "fresh";
import { readJSON } from "../../../../lib/web/http/bodies.ts";
import { Timers } from "../../../support/timers.ts";

const headers = { "content-type": "application/json" };
const post = (body: BodyInit) =>
  new Request("http://app.test", { method: "POST", headers, body });

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
