// What a transport makes of odd answers.
import { assertEquals, assertRejects } from "@std/assert";
import {
  NoAnswerError,
  Transport,
} from "../../../../lib/replica/http/transport.ts";
import { Timers } from "../../../support/timers.ts";

/** How long a transport waits before it asks again, in milliseconds, when told this. */
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
    await new Transport({}).post("/", "{}");
    assertEquals(timers.waited.length, 1);
    return timers.waited[0];
  } finally {
    globalThis.fetch = fetch;
  }
}

Deno.test("Transport waits for as long as it is told, from a second to five minutes (R3)", async () => {
  assertEquals(await waitAfter("7"), 7_000);
  const nothing = ["0", "", "-5", "Thu, 01 Jan 1970 00:00:00 GMT"];
  for (const said of nothing) assertEquals(await waitAfter(said), 1_000, said);
  const endless = ["99999999", "Infinity", "Thu, 01 Jan 2999 00:00:00 GMT"];
  for (const said of endless) {
    assertEquals(await waitAfter(said), 300_000, said);
  }
});

/** A transport whose requests are answered with these, one after the other. */
function transportTo(...answers: Response[]) {
  const { fetch } = globalThis;
  globalThis.fetch = () => Promise.resolve(answers.shift()!);
  const transport = new Transport({});
  const said: (string | undefined)[] = [];
  transport.paused.subscribe((why) => void said.push(why));
  return {
    transport,
    said,
    post: () => transport.post("/", "{}"),
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
  using to = transportTo(...foreign);
  for (const _ of foreign) await assertRejects(to.post, NoAnswerError);
  assertEquals(to.said, [undefined]);
});

Deno.test("A pause that a try without an answer follows goes on (R3)", async () => {
  using to = transportTo(
    ours(401),
    new Response(null, { status: 502 }),
    ours(401),
  );
  const first = to.post();
  while (!to.transport.paused.value) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  to.transport.resume();
  await assertRejects(() => first, NoAnswerError);
  assertEquals(to.said, [undefined, "signed out"]);
  to.transport.abort();
});

Deno.test("A refusal pauses the transport until it is resumed, and is its status until something else is answered (R3)", async () => {
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
    using to = transportTo(refusal(), refusal(), Response.json({}));
    let answered = false;
    const answer = to.post().finally(() => answered = true);
    while (!answered) {
      if (to.transport.paused.value) to.transport.resume();
      await new Promise((resolve) => setTimeout(resolve));
    }
    assertEquals(await answer, {});
    assertEquals(to.said, [undefined, why, undefined]);
  }
});

Deno.test("A space that is to be made is asked for first, until that is answered, and a refusal pauses (R24)", async () => {
  const { fetch } = globalThis;
  const asked: string[] = [];
  const answers = [
    ...[new Response("Bad gateway", { status: 502 }), ours(404)],
    ...[Response.json({ made: true }), Response.json({ pulled: true })],
    Response.json({ pulled: true }),
  ];
  globalThis.fetch = (url) => {
    asked.push(`${url}`);
    return Promise.resolve(answers.shift()!);
  };
  try {
    const transport = new Transport({}, { url: "/make", json: "{}" });
    await assertRejects(() => transport.post("/pull", "{}"), NoAnswerError);
    const paused = Promise.withResolvers<string>();
    transport.paused.subscribe((why) => why && paused.resolve(why));
    const pulling = transport.post("/pull", "{}");
    assertEquals(await paused.promise, "gone");
    transport.resume();
    assertEquals(await pulling, { pulled: true });
    await transport.post("/pull", "{}");
    assertEquals(asked, ["/make", "/make", "/make", "/pull", "/pull"]);
  } finally {
    globalThis.fetch = fetch;
  }
});
