// Leaks: streams come and go by the thousand, and nothing of them stays.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import { domain } from "../../support/counter_domain.ts";
import { eventsOf } from "../../support/events.ts";
import { permitted } from "../../support/permitted.ts";

// Off by default since Deno 2.8: what is left when a test ends fails it.
Deno.test.sanitizer({ ops: true, resources: true });

const MANY = 2_000;
const CONCURRENT_STREAMS = 250;
const LIMIT = 30_000; // ms; for a machine that is busy with something else
const always = () => Promise.resolve(true);

/**
 * An engine that is never closed: whatever timer its streams leave behind, the
 * test runner finds. `watches` counts what KV was asked to watch and has not
 * been told to stop.
 */
async function openCounted() {
  const kv = await Deno.openKv(":memory:");
  const open = new Set<unknown>();
  let most = 0;
  const counted = new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "watch") return value.bind(target);
      return (keys: Deno.KvKey[]) => {
        const stream = kv.watch(keys);
        const { getReader } = stream;
        open.add(stream);
        most = Math.max(most, open.size);
        return Object.assign(stream, {
          getReader() {
            const reader = getReader.call(stream);
            const { cancel } = reader;
            return Object.assign(reader, {
              cancel() {
                open.delete(stream);
                return cancel.call(reader);
              },
            });
          },
        });
      };
    },
  });
  const sync = new Sync(counted, domain);
  await sync.write(["s", "t"], async (s, t) => {
    await s.set("born", true);
    await t.set("born", true);
  });
  return {
    kv,
    sync,
    watches: () => open.size,
    mostWatches: () => most,
    [Symbol.dispose]: () => kv.close(),
  };
}

Deno.test("2,000 streams, however they end, leave no reader, timer or watch (K5)", async () => {
  using it = await openCounted();
  const { sync } = it;
  const ways: (() => Promise<void>)[] = [
    async () => { // nobody ever reads it
      const stream = await sync.poke(["s"], always);
      await stream.cancel();
    },
    async () => { // it goes after the first event
      const stream = await sync.poke(["s", "t"], always);
      const events = eventsOf(stream.getReader());
      await events.next();
      await events.return(undefined);
    },
    async () => { // it goes while it waits for the next event
      const reader = (await sync.poke(["t"], always)).getReader();
      await reader.read();
      const next = reader.read();
      await reader.cancel();
      await next;
    },
    async () => { // it may not
      const never = () => Promise.resolve(false);
      await assertRejects(() => sync.poke(["s"], never), SyncError);
    },
    async () => { // it may at first, and not any more once it is registered
      let looks = 0;
      const first = () => Promise.resolve(looks++ === 0);
      const stream = await sync.poke(["s"], first);
      await Array.fromAsync(stream);
    },
    async () => { // the second look throws
      let looks = 0;
      const failing = () => {
        if (looks++ > 0) throw new RangeError("away");
        return Promise.resolve(true);
      };
      await assertRejects(() => sync.poke(["s"], failing));
    },
  ];
  // Those that follow may all have gone before a watch is opened.
  const both = await sync.poke(["s", "t"], always);
  while (it.watches() === 0) await new Promise((next) => setTimeout(next));
  await both.cancel();
  const { error } = console;
  console.error = () => {}; // the looks that throw
  try {
    for (let opened = 0; opened < MANY; opened += CONCURRENT_STREAMS) {
      await Promise.all(
        Array.from(
          { length: CONCURRENT_STREAMS },
          (_, i) => ways[i % ways.length](),
        ),
      );
      assertEquals([sync.streams, it.watches()], [0, 0]);
      // A poke may be on its way when the last of them goes.
      const last = await sync.poke(["s"], always);
      await sync.write(["s"], (tx) => tx.set("n", opened));
      await last.cancel();
    }
  } finally {
    console.error = error;
  }
  assertEquals([sync.streams, it.watches()], [0, 0]);
  assertEquals(it.mostWatches(), 1, "one watch for both spaces");
});

Deno.test("A reader that was dropped for not reading leaves nothing (K4, K5)", async () => {
  using it = await openCounted();
  const idle = await Promise.all(
    Array.from({ length: 20 }, () => it.sync.poke(["s"], always)),
  );
  while (it.watches() === 0) await new Promise((next) => setTimeout(next));
  assertEquals([it.sync.streams, it.watches()], [20, 1]);
  const events = eventsOf((await it.sync.poke(["s"], always)).getReader());
  let told = (await events.next()).value!.data.version!;
  for (let n = 0; it.sync.streams > 1; n++) {
    await it.sync.write(["s"], (tx) => tx.set("n", n));
    while (told < n + 2) told = (await events.next()).value!.data.version!;
  }
  await events.return(undefined);
  assertEquals([it.sync.streams, it.watches()], [0, 0]);
  for (const stream of idle) {
    await assertRejects(() => stream.cancel(), Error, "does not read");
  }
});

Deno.test({
  name:
    "2,000 streams over HTTP that are dropped leave no reader, timer or watch (K5)",
  ignore: !permitted,
  async fn() {
    using it = await openCounted();
    let requests = 0;
    const server = Deno.serve({ port: 0, onListen() {} }, async () => {
      requests++;
      return new Response(await it.sync.poke(["s", "t"], always));
    });
    const request = new TextEncoder().encode(
      "GET / HTTP/1.1\r\nhost: h\r\n\r\n",
    );
    /** Opens a stream as a browser that vanishes: it hangs up, and says nothing. */
    const open = async (patient: boolean) => {
      const connection = await Deno.connect({ port: server.addr.port });
      await connection.write(request);
      const decoder = new TextDecoder();
      for (let text = ""; patient && text.split("event: poke").length <= 2;) {
        const chunk = new Uint8Array(1_024);
        const length = await connection.read(chunk);
        assert(length !== null, `It ended after ${text}`);
        text += decoder.decode(chunk.subarray(0, length));
      }
      return connection;
    };
    for (let opened = 0; opened < MANY; opened += CONCURRENT_STREAMS) {
      const connections = await Promise.all(
        Array.from({ length: CONCURRENT_STREAMS }, async (_, i) => {
          const connection = await open(i % 5 > 0);
          if (i % 5 === 0) connection.close(); // before it is answered
          return connection;
        }),
      );
      assert(it.sync.streams >= CONCURRENT_STREAMS * 4 / 5);
      const written = it.sync.write(["s"], (tx) => tx.set("n", opened));
      connections.filter((_, i) => i % 5 > 0).forEach((each) => each.close());
      await written;
    }
    assert(requests >= MANY * 4 / 5, `${requests} requests arrived`);
    const late = Date.now() + LIMIT;
    while (it.sync.streams > 0 && Date.now() < late) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals([it.sync.streams, it.watches()], [0, 0]);
    assertEquals(it.mostWatches(), 1);
    await server.shutdown();
    assertEquals([it.sync.streams, it.watches()], [0, 0]);
  },
});
