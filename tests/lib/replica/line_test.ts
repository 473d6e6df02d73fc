// What the line to the server makes of answers that are odd.
import { assertEquals } from "@std/assert";
import { Line } from "../../../lib/replica/line.ts";
import { Timers } from "../../support/timers.ts";

/** How long the line waits before it asks again, in milliseconds, told this. */
async function waitAfter(retryAfter: string): Promise<number> {
  const { fetch } = globalThis;
  using timers = new Timers();
  const headers = { "retry-after": retryAfter };
  const answers = [
    new Response(null, { status: 503, headers }),
    Response.json({}),
  ];
  globalThis.fetch = () => Promise.resolve(answers.shift()!);
  try {
    await new Line("ada").post("/", "{}");
    assertEquals(timers.waited.length, 1);
    return timers.waited[0];
  } finally {
    globalThis.fetch = fetch;
  }
}

Deno.test("Line waits for as long as it is told, from a second to five minutes (R3)", async () => {
  assertEquals(await waitAfter("7"), 7_000);
  const nothing = ["0", "", "-5", "Thu, 01 Jan 1970 00:00:00 GMT"];
  for (const said of nothing) assertEquals(await waitAfter(said), 1_000, said);
  const endless = ["99999999", "Infinity", "Thu, 01 Jan 2999 00:00:00 GMT"];
  for (const said of endless) {
    assertEquals(await waitAfter(said), 300_000, said);
  }
});
