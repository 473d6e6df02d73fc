// Poke: nobody misses that there is something new, and nothing is left when they go.
import { assertEquals, assertRejects } from "@std/assert";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import { eventsOf, type PokeEvent } from "../../support/events.ts";
import { Client, domain, openSync } from "../../support/counter_domain.ts";

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

Deno.test("poke() says `gone` of a space that may not be read, and lives on with the others (K3)", async () => {
  await using it = await openSync();
  const onlyS = (space: string) => Promise.resolve(space === "s");
  const opened = await it.sync.poke(["s", "t"], onlyS);
  const stream = eventsOf(opened.getReader());
  const both = [(await stream.next()).value, (await stream.next()).value];
  assertEquals(both, [poke(1), { event: "gone", data: { space: "t" } }]);
  await stream.return(undefined);
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
  // The test runner itself fails a test that leaks either.
  await using it = await openSync();
  const streams = await Promise.all(
    Array.from({ length: 50 }, () => it.sync.poke(["s"], always)),
  );
  for (const stream of streams) await stream.cancel();
});

const poke = (version: number): PokeEvent => ({
  event: "poke",
  data: { space: "s", version },
});

Deno.test("poke() drops a reader that does not read, and keeps the others (K4)", async () => {
  await using it = await openSync();
  const idle = (await it.sync.poke(["s"], always)).getReader();
  const events = eventsOf((await it.sync.poke(["s"], always)).getReader());
  const client = new Client(it.sync);
  let told = 0;
  for (let n = 1; n <= 130; n++) {
    await client.push(client.mutation("put", { key: "n", value: n }));
    while (told < n + 1) told = (await events.next()).value!.data.version!;
  }
  await events.return(undefined);
  // What it left unread is not kept for it either.
  await assertRejects(() => idle.read(), Error, "does not read");
});
