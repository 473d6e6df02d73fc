// Poke: nobody misses that there is something new, and nothing is left when they go.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type OpenStream, Sync, SyncError } from "../../../lib/sync/mod.ts";
import { eventsOf, type PokeEvent } from "../../support/events.ts";
import { Client, domain, openSync } from "../../support/counter_domain.ts";

// Off by default since Deno 2.8: what is left when a test ends fails it.
Deno.test.sanitizer({ ops: true, resources: true });

const always = () => Promise.resolve(true);

Deno.test("poke() tells the version on opening and after each commit (K1)", async () => {
  await using it = await openSync();
  const stream = eventsOf((await it.sync.poke(["s"], always)).getReader());
  assertEquals((await stream.next()).value, poke(1));
  const client = new Client(it.sync);
  await client.push(client.mutation("add", { id: "a" }));
  assertEquals((await stream.next()).value, poke(2));
  await stream.return(undefined);
});

Deno.test("poke() tells of commits that another process made (K2)", async () => {
  await using it = await openSync();
  const stream = eventsOf((await it.sync.poke(["s"], always)).getReader());
  assertEquals((await stream.next()).value, poke(1));
  const client = new Client(new Sync(it.kv, domain));
  await client.push(client.mutation("add", { id: "a" }));
  assertEquals((await stream.next()).value, poke(2));
  await stream.return(undefined);
});

Deno.test("poke() tells fifty readers the last of many commits, and not each of them (K2)", async () => {
  await using it = await openSync();
  const streams = await Promise.all(
    Array.from({ length: 50 }, () => it.sync.poke(["s"], always)),
  );
  const client = new Client(it.sync);
  for (let i = 0; i < 20; i++) {
    await client.push(client.mutation("add", { id: `a${i}` }));
  }
  const last = 21;
  const counts = await Promise.all(streams.map(async (stream) => {
    let count = 0;
    for await (const { data } of eventsOf(stream.getReader())) {
      count++;
      if (data.version === last) break;
    }
    return count;
  }));
  assert(counts.every((count) => count < last), `${counts}`);
});

Deno.test("poke() says `gone` of a space that may not be read, and lives on with the others (K3)", async () => {
  await using it = await openSync();
  const onlyS = (space: string) => Promise.resolve(space === "s");
  const opened = await it.sync.poke(["s", "t"], onlyS);
  const stream = eventsOf(opened.getReader());
  const both = [(await stream.next()).value, (await stream.next()).value];
  assertEquals(both, [poke(1), { event: "gone", data: { space: "t" } }]);
  await stream.return(undefined);
});

Deno.test("poke() asks again who may read when what decides has changed, and not with each change of its entry (K3)", async () => {
  await using it = await openSync();
  let asked = 0;
  let open = true;
  const opened = await it.sync.poke(["s"], () => {
    asked++;
    return Promise.resolve(open);
  });
  const stream = eventsOf(opened.getReader());
  await stream.next();
  const change = async (...changes: [string, string][]) => {
    asked = 0;
    await it.sync.write(["s"], async (s) => {
      for (const [key, value] of changes) await s.set(key, value);
    });
    await stream.next(); // by then they are asked
    return asked;
  };
  assertEquals(await change(["lock", "open"]), 1); // unknown until then
  assertEquals(await change(["lock", "open"], ["more", "1"]), 0);
  assertEquals(await change(["lock", "ajar"], ["more", "2"]), 1);
  open = false;
  assertEquals(await change(["lock", "shut"]), 1);
  assertEquals((await stream.next()).done, true);
});

Deno.test("poke() ends with `gone` for who loses the right to read (K3)", async () => {
  await using it = await openSync();
  let may = true;
  const opened = await it.sync.poke(["s"], () => Promise.resolve(may));
  const stream = eventsOf(opened.getReader());
  await stream.next();
  may = false;
  await it.sync.write(["s"], (s) => s.set("key/ada", "taken away"));
  const rest: PokeEvent[] = [];
  for await (const event of stream) rest.push(event);
  assertEquals(rest.at(-1), { event: "gone", data: { space: "s" } });
});

Deno.test("poke() for nothing that may be read is an unknown space (K3)", async () => {
  await using it = await openSync();
  const error = await assertRejects(
    () => it.sync.poke(["s"], () => Promise.resolve(false)),
    SyncError,
  );
  assertEquals(error.problem, "unknown-space");
});

Deno.test("poke() leaves no timer or watch behind when the last reader goes (K5)", async () => {
  await using it = await openSync();
  const streams = await Promise.all(
    Array.from({ length: 50 }, () => it.sync.poke(["s"], always)),
  );
  for (const stream of streams) await stream.cancel();
});

Deno.test("close() tells each reader another moment to come back, at least five seconds apart, and opens no more (K6)", async () => {
  await using it = await openSync();
  const streams = await Promise.all(
    Array.from({ length: 1_000 }, () => it.sync.poke(["s"], always)),
  );
  it.sync.close();
  const retries = await Promise.all(streams.map(async (stream) => {
    const text = await new Response(stream).text();
    return Number(text.match(/^retry: (\d+)\n\n$/m)![1]);
  }));
  retries.sort((a, b) => a - b);
  assert(retries[999] - retries[0] > 5_000, `${retries[0]}–${retries[999]}`);
  // No second of the time gets more than twice its share of them.
  for (let from = 0; from < 10_000; from += 100) {
    const some = retries.filter((ms) => ms >= from && ms < from + 1_000);
    assert(some.length < 2 * 1_000 / 8, `${some.length} from ${from} ms on`);
  }
  await assertRejects(() => it.sync.poke(["s"], always), SyncError, "stopping");
});

Deno.test("poke() tells who is asked to end it, and when it has ended (K5)", async () => {
  await using it = await openSync();
  let end = () => {};
  let ended = 0;
  const onOpen = (stream: OpenStream) => void (end = stream.end);
  const onEnd = () => void ended++;
  const stream = await it.sync.poke(["s"], always, { onOpen, onEnd });
  end();
  const events = await Array.fromAsync(eventsOf(stream.getReader()));
  assertEquals([events, ended], [[poke(1)], 1]);
  const gone = await it.sync.poke(["s"], always, { onOpen, onEnd });
  await gone.cancel();
  assertEquals(ended, 2);
});

Deno.test("tell() reaches those who listen to the space, and nobody else (K7)", async () => {
  await using it = await openSync();
  const open = (space: string) => it.sync.poke([space], always);
  await it.sync.write(["t"], (t) => t.set("key", 1));
  const [here, there] = await Promise.all([open("s"), open("t")]);
  it.sync.broadcast("s", "hint", { n: 1 });
  it.sync.close();
  const read = async (stream: ReadableStream<Uint8Array>) =>
    (await Array.fromAsync(eventsOf(stream.getReader()))).map((e) => e.event);
  assertEquals(await read(here), ["poke", "hint"]);
  assertEquals(await read(there), ["poke"]);
});

const poke = (version: number): PokeEvent => ({
  event: "poke",
  data: { space: "s", version },
});

Deno.test("poke() drops a reader that does not read, and keeps the others (K4)", async () => {
  await using it = await openSync();
  const idle = (await it.sync.poke(["s"], always)).getReader();
  const events = eventsOf((await it.sync.poke(["s"], always)).getReader());
  await events.next();
  const news = "x".repeat(10_000);
  for (let told = 0; told < 50; told++) {
    it.sync.broadcast("s", "news", { news });
    await events.next();
  }
  assertEquals(it.sync.streams, 1);
  await events.return(undefined);
  // What it left unread is not kept for it either.
  await assertRejects(() => idle.read(), Error, "does not read");
});

Deno.test("poke() takes a reader of very many spaces for none that does not read (K1, K4)", async () => {
  await using it = await openSync();
  const spaces = Array.from({ length: 300 }, (_, i) => `many-${i}`);
  for (const space of spaces) {
    await it.sync.write([space], (tx) => tx.set("born", 1));
  }
  const stream = await it.sync.poke(spaces, always);
  for (const space of spaces) it.sync.broadcast(space, "news", {});
  const events = eventsOf(stream.getReader());
  const poked = new Set<string>();
  for (let told = 0; told < 2 * spaces.length; told++) {
    const { event, data } = (await events.next()).value!;
    if (event === "poke") poked.add(data.space);
  }
  assertEquals(poked.size, spaces.length);
  await events.return(undefined);
});
