// What a window asks for, with a server that answers and one that does not.
import { assertEquals, assertRejects } from "@std/assert";
import { createPuller } from "../../../lib/replica/http/push_pull.ts";
import { Transport } from "../../../lib/replica/http/transport.ts";
import type { Outbox } from "../../../lib/replica/outbox/outbox.ts";
import { PullWindow } from "../../../lib/replica/pull_window.ts";

const news = { cookie: 1, lastMutationIDChanges: {}, patch: [] };
const lost = { error: "ClientStateNotFound", lastMutationIDs: {} };

/** A window whose pulls are answered so; as Replicache's, they never reject. */
function windowOf(...answers: (object | Error)[]) {
  const { fetch } = globalThis;
  const asked: string[] = [];
  globalThis.fetch = (url) => {
    asked.push(`${url}`);
    const answer = answers.shift()!;
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve(Response.json(answer));
  };
  const window = new PullWindow(200);
  const puller = createPuller(new Transport({}), (size) => `/${size}`, {
    window,
    outbox: { group: () => Promise.resolve(undefined) } as unknown as Outbox,
    pusher: () => Promise.reject(new Error("Nothing is to be pushed")),
    onGroupLost: () => Promise.resolve(),
  });
  return {
    window,
    asked,
    async pull() {
      await puller({ clientGroupID: "g" } as never, "").catch(() => {});
    },
    [Symbol.dispose]: () => void (globalThis.fetch = fetch),
  };
}

Deno.test("A window that the server does not answer for is not there, and is asked for no longer (R18)", async () => {
  for (const answer of [new Error("No network"), lost]) {
    const answers = Array<typeof answer>(9).fill(answer);
    using pulls = windowOf(news, ...answers);
    const { window, pull } = pulls;
    await pull();
    await assertRejects(() => window.widen(400, pull));
    assertEquals(window.size, 200);
  }
});

Deno.test("A window is there once a pull has asked for it, though one that was under way had not (R18)", async () => {
  using pulls = windowOf(news, news);
  const { window, asked, pull } = pulls;
  const early = pull();
  while (asked.length === 0) await new Promise((wait) => setTimeout(wait));
  await window.widen(400, pull);
  await early;
  assertEquals(asked, ["/200", "/400"]);
  await window.widen(300, pull);
  assertEquals(asked.length, 2);
});
