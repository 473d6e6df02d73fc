// What the line to the server makes of answers that are odd.
import { assertEquals, assertRejects } from "@std/assert";
import {
  Transport,
  Unanswered,
} from "../../../../lib/replica/http/transport.ts";
import { Timers } from "../../../support/timers.ts";

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
    await new Transport("ada").post("/", "{}");
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

/** A line whose requests are answered with these, one after the other. */
function lineTo(...answers: Response[]) {
  const { fetch } = globalThis;
  globalThis.fetch = () => Promise.resolve(answers.shift()!);
  const line = new Transport("ada");
  const said: (string | undefined)[] = [];
  line.paused.subscribe((why) => void said.push(why));
  return {
    line,
    said,
    post: () => line.post("/", "{}"),
    [Symbol.dispose]: () => void (globalThis.fetch = fetch),
  };
}

const ours = (status: number) =>
  Response.json({ error: "error", message: "No." }, { status });

Deno.test("What is not our server's answer is no answer, and pauses nothing (R17)", async () => {
  const foreign = [
    ...[400, 401, 403, 404, 413, 500, 502, 503, 504].map((status) =>
      new Response("Not Found", { status })
    ),
    Response.json({ error: "nginx" }, { status: 404 }),
    Response.json("No.", { status: 403 }),
    Response.json(null, { status: 401 }),
    new Response("<h1>Sign in to this network</h1>"),
    ours(500), // it does not know itself
  ];
  using to = lineTo(...foreign);
  for (const _ of foreign) await assertRejects(to.post, Unanswered);
  assertEquals(to.said, [undefined]);
});

Deno.test("A pause that a try without an answer follows goes on (R3)", async () => {
  using to = lineTo(ours(401), new Response(null, { status: 502 }), ours(401));
  const first = to.post();
  while (!to.line.paused.value) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  to.line.resume();
  await assertRejects(() => first, Unanswered);
  assertEquals(to.said, [undefined, "signed out"]);
  to.line.cut();
});

Deno.test("A refusal pauses the line until it is resumed, and is said until something else is answered (R3)", async () => {
  const outdated = { error: "VersionNotSupported", versionType: "push" };
  const refusals: [string, () => Response][] = [
    ["signed out", () => ours(401)],
    ["forbidden", () => ours(403)],
    ["gone", () => ours(404)],
    ["refused", () => ours(400)],
    ["refused", () => ours(413)],
    ["outdated", () => Response.json(outdated)],
  ];
  for (const [why, refusal] of refusals) {
    using to = lineTo(refusal(), refusal(), Response.json({}));
    let answered = false;
    const answer = to.post().finally(() => answered = true);
    while (!answered) {
      if (to.line.paused.value) to.line.resume();
      await new Promise((resolve) => setTimeout(resolve));
    }
    assertEquals(await answer, {});
    assertEquals(to.said, [undefined, why, undefined]);
  }
});
