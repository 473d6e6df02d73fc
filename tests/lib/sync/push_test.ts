// Push: what is acknowledged is there once; what is refused leaves nothing but its reason.
import { assertEquals, assertObjectMatch, assertRejects } from "@std/assert";
import { SyncError } from "../../../lib/sync/mod.ts";
import { ada, bob, Client, openSync } from "../../support/counter_domain.ts";

Deno.test("push() runs the mutations of a client in order, once", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const both = [
    client.mutation("add", { id: "a" }),
    client.mutation("add", { id: "b" }),
  ];
  assertEquals(await client.push(...both), null);
  assertEquals(await client.push(...both), null); // the answer was lost
  await client.pull();
  assertEquals(client.seen, {
    born: true,
    count: 2,
    "item/a": { id: "a", n: 1, by: "ada" },
    "item/b": { id: "b", n: 2, by: "ada" },
  });
  assertEquals(client.lastMutationIDs, { [client.clientID]: 2 });
});

Deno.test("push() puts pushes that wait into one commit, each on top of the other", async () => {
  await using it = await openSync();
  const clients = Array.from({ length: 40 }, () => new Client(it.sync));
  await Promise.all(
    clients.map((client, i) =>
      client.push(client.mutation("add", { id: `${i}` }))
    ),
  );
  const [first] = clients;
  await first.pull();
  assertEquals(first.view.get("count"), 40);
  const numbers = [...first.view].filter(([key]) => key.startsWith("item/"))
    .map(([, value]) => (value as { n: number }).n);
  assertEquals(numbers.sort((a, b) => a - b), numbers.map((_, i) => i + 1));
  const { value: version } = await it.kv.get<number>(["version", "s"]);
  assertEquals(version! < 10, true, `40 pushes made ${version} log entries`);
});

Deno.test("push() takes several commits for a long push, in order", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const many = Array.from(
    { length: 1_000 },
    (_, i) => client.mutation("add", { id: `${i}` }),
  );
  assertEquals(await client.push(...many), null);
  await client.pull(2_000);
  assertEquals(client.view.get("count"), 1_000);
  assertEquals(client.view.get("item/999"), { id: "999", n: 1_000, by: "ada" });
});

Deno.test("push() refuses one bad mutation and keeps its neighbours", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await client.push(
    client.mutation("add", { id: "a" }),
    client.mutation("refuse", { code: "no-way" }),
    client.mutation("nobody knows me"),
    client.mutation("put", { key: "large", value: "x".repeat(61_000) }),
    client.mutation("add", { id: "b" }),
  );
  await client.pull();
  assertEquals(client.lastMutationIDs, { [client.clientID]: 5 });
  assertEquals(client.view.get("count"), 2);
  const id = client.clientID;
  assertEquals(client.view.get(`rejection/${id}/2`), {
    clientID: id,
    mutationID: 2,
    name: "refuse",
    args: { code: "no-way" },
    code: "no-way",
    message: "No.",
  });
  const codes = [3, 4].map((n) =>
    (client.view.get(`rejection/${id}/${n}`) as { code: string }).code
  );
  assertEquals(codes, ["unknown-mutator", "too-large"]);
});

Deno.test("push() undoes a mutator that breaks, and tells nothing internal of it", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const logged = silence();
  await client.push(
    client.mutation("break"),
    client.mutation("add", { id: "a" }),
  );
  assertEquals(logged().length, 1);
  await client.pull();
  assertEquals(client.view.has("half"), false);
  assertEquals(client.view.get("count"), 1);
  assertObjectMatch(
    client.view.get(`rejection/${client.clientID}/1`) as Record<
      string,
      unknown
    >,
    { code: "internal", message: "Something went wrong on the server." },
  );
});

Deno.test("push() shows a rejection to its own user only, until it is dismissed", async () => {
  await using it = await openSync();
  const mine = new Client(it.sync);
  const other = new Client(it.sync, bob);
  await mine.push(mine.mutation("refuse", { code: "no" }));
  const key = `rejection/${mine.clientID}/1`;
  const mySecondDevice = new Client(it.sync);
  for (const client of [mine, other, mySecondDevice]) await client.pull();
  assertEquals(mine.view.has(key), true);
  assertEquals(mySecondDevice.view.has(key), true);
  assertEquals(other.view.has(key), false);

  const args = { clientID: mine.clientID, mutationID: 1 };
  await mine.push(mine.mutation("dismissRejection", args));
  for (const client of [mine, mySecondDevice]) await client.pull();
  assertEquals(mine.view.has(key), false);
  assertEquals(mySecondDevice.view.has(key), false);
  const fresh = new Client(it.sync);
  await fresh.pull();
  assertEquals(fresh.view.has(key), false);
});

Deno.test("push() keeps another user out of a client group", async () => {
  await using it = await openSync();
  const mine = new Client(it.sync);
  await mine.push(mine.mutation("add", { id: "a" }));
  const thief = new Client(it.sync, bob, mine.groupID);
  const error = await assertRejects(
    () => thief.push(thief.mutation("add", { id: "b" })),
    SyncError,
  );
  assertEquals(error.problem, "forbidden");
  await assertRejects(() => thief.pull(), SyncError);
  await mine.pull();
  assertEquals(mine.view.get("count"), 1);
});

Deno.test("push() keeps a client group in its space", async () => {
  await using it = await openSync();
  await it.sync.write(["t"], (tx) => tx.set("born", true));
  const here = new Client(it.sync);
  await here.push(here.mutation("add", { id: "a" }));
  const there = new Client(it.sync, ada, here.groupID, "t");
  const error = await assertRejects(
    () => there.push(there.mutation("add", { id: "b" })),
    SyncError,
  );
  assertEquals(error.problem, "forbidden");
});

Deno.test("push() to a space that was never born is an unknown space", async () => {
  await using it = await openSync();
  const client = new Client(it.sync, ada, "g", "nowhere");
  const error = await assertRejects(
    () => client.push(client.mutation("add", { id: "a" })),
    SyncError,
  );
  assertEquals(error.problem, "unknown-space");
});

Deno.test("push() fences off a group that comes with a gap, for ever", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await client.push(client.mutation("add", { id: "a" }));
  const late = client.mutation("add", { id: "b" });
  const gap = client.mutation("add", { id: "c" }, 7);
  const lost = {
    error: "ClientStateNotFound" as const,
    lastMutationIDs: { [client.clientID]: 1 },
  };
  assertEquals(await client.push(gap), lost);
  assertEquals(await client.push(late), lost);
  assertEquals(await client.pull(), lost);
  const other = new Client(it.sync);
  await other.pull();
  assertEquals(other.view.get("count"), 1);
});

Deno.test("push() of one group can carry several of its clients", async () => {
  await using it = await openSync();
  const a = new Client(it.sync);
  const b = new Client(it.sync, ada, a.groupID);
  await a.push(
    a.mutation("add", { id: "a" }),
    b.mutation("add", { id: "b" }),
    a.mutation("add", { id: "c" }),
  );
  await a.pull();
  assertEquals(a.lastMutationIDs, { [a.clientID]: 2, [b.clientID]: 1 });
  assertEquals(a.view.get("count"), 3);
});

/** Takes over the error log for a test that expects something in it. */
function silence(): () => unknown[][] {
  const lines: unknown[][] = [];
  const { error } = console;
  console.error = (...line) => lines.push(line);
  return () => {
    console.error = error;
    return lines;
  };
}
