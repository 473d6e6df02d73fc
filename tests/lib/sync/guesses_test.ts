// Entries that are not looked up, as the commit checks that they are absent.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../../lib/sync/mod.ts";
import { gatedKv } from "../../support/gated_kv.ts";
import { ada, bob, Client, domain } from "../../support/counter_domain.ts";

/** An engine that remembers nothing of a space with these items, the keys that it reads, and how its commits end. */
async function openWith(items: string[], maxChecks = 100) {
  const kv = await Deno.openKv(":memory:");
  const before = new Sync(kv, domain);
  await before.write(["s"], async (tx) => {
    await tx.set("count", items.length);
    for (const [i, id] of items.entries()) {
      await tx.set(`item/${id}`, { id, n: i + 1, by: "before" });
    }
  });
  before.close();
  const read: string[] = [];
  const commits: boolean[] = [];
  const gated = gatedKv(kv, async (call, run) => {
    if (call.kind !== "commit") {
      read.push(
        ...call.keys.filter(([kind]) => kind === "entry")
          .map((key) => String(key[2])),
      );
      return await run();
    }
    const result = await run();
    commits.push((result as Deno.KvCommitResult).ok);
    return result;
  });
  const sync = new Sync(gated, domain, { maxChecks });
  return {
    sync,
    read,
    commits,
    async [Symbol.asyncDispose]() {
      sync.close();
      await Promise.resolve(kv.close());
    },
  };
}

/** Has what all mutations of these tests need remembered, and the client on record. */
async function warm(it: { sync: Sync }, client: Client) {
  const other = new Client(it.sync, { userID: "other" });
  for (const each of [other, client]) {
    await each.push(each.mutation("add", { id: `first ${each.clientID}` }));
  }
}

Deno.test("push() creates an entry without a read, as its commit checks that there is none (P2)", async () => {
  await using it = await openWith([]);
  const client = new Client(it.sync);
  await warm(it, client);
  it.read.length = it.commits.length = 0;
  await client.push(client.mutation("add", { id: "new" }));
  assertEquals([it.read, it.commits], [[], [true]]);
  await client.pull();
  assertEquals(client.view.get("item/new"), { id: "new", n: 3, by: "ada" });
});

Deno.test("push() takes an entry for absent wrongly, and ends as if it had looked, for all in the commit (P2, P4)", async () => {
  await using it = await openWith(["there"]);
  const [wrong, right] = [
    new Client(it.sync, ada),
    new Client(it.sync, bob),
  ];
  await warm(it, right);
  it.commits.length = 0;
  await Promise.all([
    right.push(right.mutation("add", { id: "b1" })),
    wrong.push(
      wrong.mutation("add", { id: "a1" }),
      wrong.mutation("add", { id: "there" }),
    ),
  ]);
  await right.pull();
  assertEquals(right.view.get("count"), 5);
  assertEquals(right.view.get("item/there"), {
    id: "there",
    n: 1,
    by: "before",
  });
  assertEquals(it.commits.filter((ok) => !ok).length, 1);
});

Deno.test("push() looks at everything for a user whose guess was wrong, so that no other's commits fail again (P4)", async () => {
  const there = Array.from({ length: 20 }, (_, i) => `${i}`);
  await using it = await openWith(there);
  const [wrong, right] = [
    new Client(it.sync, ada),
    new Client(it.sync, bob),
  ];
  await warm(it, right);
  it.commits.length = 0;
  for (const id of there) {
    await Promise.all([
      wrong.push(wrong.mutation("add", { id })),
      right.push(right.mutation("add", { id: `new ${id}` })),
    ]);
  }
  await right.pull();
  assertEquals(right.view.get("count"), 42);
  assertEquals(it.commits.filter((ok) => !ok).length, 1);
  // Nobody else is looked up for.
  it.read.length = 0;
  await right.push(right.mutation("add", { id: "last" }));
  assertEquals(it.read, []);
});

Deno.test("push() reads what a mutation asks for and does not set: nothing rests on a guess (P2)", async () => {
  await using it = await openWith(["a", "b", "c"]);
  const client = new Client(it.sync);
  await client.push(
    client.mutation("del", { key: "item/a" }), // asked for, and deleted
    client.mutation("del", { key: "item/none" }),
    client.mutation("add", { id: "b" }), // it is there: nothing is set
  );
  await client.push(client.mutation("put", { key: "item/c", value: { n: 9 } }));
  await client.pull();
  assertEquals(client.seen, {
    count: 3,
    "item/b": { id: "b", n: 2, by: "before" },
    "item/c": { n: 9 },
  });
  // The index has lost the old place of "c".
  const again = new Client(it.sync);
  assertEquals((await again.pull(1)).patch.length, 3); // clear, count, c
});

Deno.test("push() is not kept from guessing by mutations that ask for nothing, or that nobody knows (P2)", async () => {
  await using it = await openWith([]);
  const [wrong, right] = [
    new Client(it.sync, ada),
    new Client(it.sync, bob),
  ];
  await warm(it, right);
  for (let i = 0; i < 5; i++) {
    await wrong.push(
      wrong.mutation("add", null), // throws before it asks
      wrong.mutation("unknown", null),
    );
  }
  it.read.length = 0;
  await right.push(right.mutation("add", { id: "new" }));
  assertEquals(it.read, []);
});

Deno.test("push() finds what an earlier mutation of the same commit has made or deleted (P2)", async () => {
  await using it = await openWith([]);
  const client = new Client(it.sync);
  await warm(it, client);
  it.commits.length = 0;
  await client.push(
    client.mutation("add", { id: "a" }),
    client.mutation("add", { id: "a" }),
    client.mutation("del", { key: "item/a" }),
    client.mutation("add", { id: "a" }),
  );
  assertEquals(it.commits, [true]);
  await client.pull();
  assertEquals(client.view.get("item/a"), { id: "a", n: 4, by: "ada" });
});

for (const maxChecks of [10, 100]) {
  Deno.test(`push() puts no more guesses into a commit than ${maxChecks} checks allow (C4)`, async () => {
    await using it = await openWith(["7", "77"], maxChecks);
    const clients = Array.from({ length: 300 }, () => new Client(it.sync));
    const pushAll = (prefix: string) =>
      Promise.all(
        clients.map((client, i) =>
          client.push(client.mutation("add", { id: `${prefix}${i}` }))
        ),
      );
    await pushAll("first "); // a group's first push takes a check, too
    it.commits.length = 0;
    await pushAll("");
    const long = Array.from(
      { length: 500 },
      (_, i) => clients[0].mutation("add", { id: `long ${i}` }),
    );
    await clients[0].push(...long);
    await clients[0].pull();
    assertEquals(clients[0].view.get("count"), 300 + 2 + 298 + 500);
    assert(it.commits.length < 20, `${it.commits.length} commits`);
  });
}
