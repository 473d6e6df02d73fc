// Hostile input and bad luck: nobody's push suffers from another's, and nothing is told that is not so.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ReadonlyJSONValue, WriteTransaction } from "replicache";
import { changeOf } from "../../../lib/sync/client_view.ts";
import { keys } from "../../../lib/sync/keys.ts";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import { Space } from "../../../lib/sync/space.ts";
import { eventsOf } from "../../support/events.ts";
import { type Gate, gatedKv } from "../../support/gated_kv.ts";
import {
  ada,
  bob,
  Client,
  domain,
  openSync,
} from "../../support/counter_domain.ts";

const NUL = "\0";

Deno.test("push() refuses keys that KV can't hold, and nobody else notices (C5, P4)", async () => {
  await using it = await openSync();
  const bad: [string, unknown][] = [
    ["put", { key: "x".repeat(3_000), value: 1 }],
    ["put", { key: `item/${NUL.repeat(995)}`, value: { n: 1 } }],
    ["put", { key: "lone \ud800", value: 1 }],
    ["put", { key: "k", value: "x".repeat(58_001) }],
    ["del", { key: "x".repeat(3_000) }],
    ["del", { key: "lone \ud800" }],
  ];
  const stranger = new Client(it.sync, bob);
  const member = new Client(it.sync);
  await it.sync.write(["s"], (tx) => tx.set("lone \ufffd", "precious"));
  await Promise.all([
    stranger.push(
      ...bad.map(([name, args]) => stranger.mutation(name, args as null)),
    ),
    member.push(member.mutation("add", { id: "good" })),
  ]);
  await stranger.pull();
  const codes = bad.map((_, i) =>
    stranger.view.get(`rejection/${stranger.clientID}/${i + 1}`) as {
      code: string;
    }
  );
  assertEquals(codes.map(({ code }) => code), bad.map(() => "too-large"));
  await member.pull();
  assertEquals(member.view.get("count"), 1);
  assertEquals(member.view.get("lone \ufffd"), "precious");
});

Deno.test("push() measures keys as KV does: many long ones take several commits (C4)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const long = Array.from({ length: 120 }, (_, i) => `${i}`.padEnd(490, NUL));
  await client.push(
    ...long.map((key) => client.mutation("put", { key, value: 1 })),
  );
  await client.pull();
  assertEquals(long.filter((key) => client.view.get(key) === 1).length, 120);
});

Deno.test("push() stores the largest entry under the most escaped key (C5)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const key = "\x01".repeat(1_000);
  const value = "é".repeat(28_990);
  await client.push(client.mutation("put", { key, value }));
  await client.pull();
  assertEquals(client.view.get(key), value);
});

Deno.test("push() refuses an envelope of more clients than a browser has tabs (P11)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const many = Array.from({ length: 101 }, (_, i) => ({
    ...client.mutation("add", { id: `${i}` }, 1),
    clientID: `tab${i}`,
  }));
  const error = await assertRejects(() => client.push(...many), SyncError);
  assertEquals(error.problem, "malformed");
  assertEquals(await client.push(...many.slice(1)), null);
});

Deno.test("push() takes any number of clients in commits of ten checks (C4)", async () => {
  await using it = await openSync();
  const sync = new Sync(it.kv, domain, { maxChecks: 10 });
  const client = new Client(sync);
  const many = Array.from({ length: 30 }, (_, i) => ({
    ...client.mutation("add", { id: `${i}` }, 1),
    clientID: `tab${i}`,
  }));
  await Promise.all([
    client.push(...many),
    ...Array.from({ length: 20 }, () => {
      const other = new Client(sync, bob);
      return other.push(other.mutation("add", { id: other.clientID }));
    }),
  ]);
  await client.pull();
  assertEquals(client.view.get("count"), 50);
});

Deno.test("push() lets others go before the rest of a long one (P3)", async () => {
  await using it = await openSync();
  const long = new Client(it.sync);
  const short = new Client(it.sync, bob);
  const answered: string[] = [];
  const many = Array.from(
    { length: 2_000 },
    (_, i) => long.mutation("add", { id: `${i}` }),
  );
  await Promise.all([
    long.push(...many.slice(0, 1_000)).then(() => answered.push("long")),
    long.push(...many.slice(1_000)).then(() => answered.push("its next")),
    short.push(short.mutation("add", { id: "s" })).then(() =>
      answered.push("short")
    ),
  ]);
  assertEquals(answered, ["short", "long", "its next"]);
  await short.pull();
  assertEquals(short.view.get("count"), 2_001);
});

Deno.test("push() that does not fit into a commit is first in the next, however many others keep coming (P3)", async () => {
  let commits = 0;
  const others: Promise<unknown>[] = [];
  const pushOne = () => {
    const other = new Client(it.sync, bob);
    others.push(other.push(other.mutation("add", { id: other.clientID })));
  };
  const gate: Gate = (call, run) => {
    // While a commit is under way another push comes, for long.
    if (call.kind === "commit" && others.length > 0 && commits++ < 50) {
      pushOne();
    }
    return run();
  };
  const kv = await Deno.openKv(":memory:");
  await using it = await openSync(gatedKv(kv, gate));
  pushOne();
  const lost = new Client(it.sync); // its fence is a commit of its own
  const answer = await lost.push(lost.mutation("add", { id: "a" }, 7));
  assertEquals(answer?.error, "ClientStateNotFound");
  assert(commits < 50, "It waited until nobody else came");
  await Promise.all(others);
});

Deno.test("changeOf() takes away what was in the window only while others looked (W2)", () => {
  const [log] = [[[2, 100], [100, 3]].map(([was, now]) => ({
    mark: "",
    at: 0,
    ops: [{ key: "item/a", value: { n: now }, was, now }],
    lastMutationIDs: [],
    end: true,
    bytes: 0,
  }))];
  const viewer = { userID: "ada", groupID: "g" };
  const collections = domain.collections("s");
  const { patch } = changeOf(log, viewer, collections, {
    from: { "item/": 50 },
  });
  assertEquals(patch, [{ op: "del", key: "item/a" }]);
});

Deno.test("Space never steps back behind what it knows, whichever read ends last (C2)", async () => {
  await using it = await openSync();
  const older = await it.kv.get<number>(keys.version("s"));
  const client = new Client(it.sync);
  await client.push(client.mutation("add", { id: "a" }));
  const newer = await it.kv.get<number>(keys.version("s"));
  const space = new Space(it.kv, "s", () => {});
  await Promise.all([space.catchUp(newer), space.catchUp(older)]);
  assertEquals(space.version, newer.value);
  await space.catchUp(older);
  assertEquals(space.version, newer.value);
});

Deno.test("Space is never taken for unborn while it takes in an older state of KV, however many look (C2)", async () => {
  await using it = await openSync();
  const { kv } = it;
  const backup = await Array.fromAsync(kv.list({ prefix: [] }));
  const client = new Client(it.sync);
  await client.push(client.mutation("add", { id: "a" }));
  const space = new Space(kv, "s", () => {});
  await space.refresh();
  const restore = kv.atomic();
  for await (const { key } of kv.list({ prefix: [] })) restore.delete(key);
  for (const { key, value } of backup) restore.set(key, value);
  await restore.commit();
  const looks = [1, 2, 3].map(async () => {
    await space.refresh();
    assert(space.born);
    assertEquals(space.version, 1);
  });
  await Promise.all(looks);
});

Deno.test("pull() with a forged cookie fences off a new group without a new version (L4)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync, bob);
  const { cookie } = await client.pull();
  const { value: before } = await it.kv.get(keys.version("s"));
  client.cookie = { ...cookie, version: 99 };
  assertEquals((await client.pull()).error, "ClientStateNotFound");
  assertEquals((await it.kv.get(keys.version("s"))).value, before);
  const late = await client.push(client.mutation("add", { id: "late" }));
  assertEquals(late, { error: "ClientStateNotFound", lastMutationIDs: {} });
});

Deno.test("write() that changes nothing, or throws, has looked at what is there now (C2)", async () => {
  await using it = await openSync();
  const elsewhere = new Sync(it.kv, domain);
  const isMember = (sync: Sync) =>
    sync.write(["s"], async (tx) => {
      if (!await tx.has("member")) throw new RangeError("no member");
    });
  await assertRejects(() => isMember(it.sync), RangeError);
  await elsewhere.write(["s"], (tx) => tx.set("member", true));
  await isMember(it.sync);
  await elsewhere.write(["s"], async (tx) => void await tx.del("member"));
  await assertRejects(() => isMember(it.sync), RangeError);
});

Deno.test("write() to a space twice is an error, and not a wait for ever (S4)", async () => {
  await using it = await openSync();
  await assertRejects(
    () => it.sync.write(["s", "s"], () => Promise.resolve()),
    RangeError,
  );
});

Deno.test("poke() notices who loses the right to read while the stream opens (K3)", async () => {
  await using it = await openSync();
  let asked = 0;
  const stream = await it.sync.poke(
    ["s"],
    () => Promise.resolve(asked++ === 0),
  );
  const events = await Array.fromAsync(eventsOf(stream.getReader()));
  assertEquals(events, [{ event: "gone", data: { space: "s" } }]);
});

Deno.test("poke() outlives a watch that fails (K2)", async () => {
  const kv = await Deno.openKv(":memory:");
  const { error: log } = console;
  console.error = () => {};
  try {
    const broken = new Proxy(kv, {
      get(target, name) {
        if (name === "watch") {
          return () =>
            new ReadableStream({
              start: (to) => to.error(new Error("database is locked")),
            });
        }
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await using it = await openSync(broken);
    const stream = await it.sync.poke(["s"], () => Promise.resolve(true));
    const events = eventsOf(stream.getReader());
    assert((await events.next()).value?.event === "poke");
    const elsewhere = new Client(new Sync(kv, domain), ada);
    await elsewhere.push(elsewhere.mutation("add", { id: "a" }));
    assertEquals((await events.next()).value?.data.version, 2);
    await events.return(undefined);
  } finally {
    console.error = log;
  }
});

Deno.test("push() confirms nothing from memory that KV has forgotten (C2, P8)", async () => {
  await using it = await openSync();
  const sent = [new Client(it.sync), new Client(it.sync)].map((client) => ({
    client,
    mutations: ["1", "2"].map((n) =>
      client.mutation("add", { id: client.clientID + n })
    ),
  }));
  for (const { client, mutations } of sent) await client.push(...mutations);
  // The store is wiped, and has a history of its own since.
  for await (const { key } of it.kv.list({ prefix: [] })) {
    await it.kv.delete(key);
  }
  const elsewhere = new Sync(it.kv, domain);
  for (const n of [1, 2, 3, 4]) {
    await elsewhere.write(["s"], (tx) => tx.set("n", n));
  }
  // The answers were lost, so all is sent again: once with nothing to commit
  // besides, and once beside another's news, which prove the space only.
  const [alone, beside] = sent;
  assertEquals(await alone.client.push(...alone.mutations), null);
  const other = new Client(it.sync, bob);
  const [answer] = await Promise.all([
    beside.client.push(...beside.mutations),
    other.push(other.mutation("add", { id: "news" })),
  ]);
  assertEquals(answer, null);
  await other.pull();
  assertEquals(other.view.get("count"), 5);
});

Deno.test("push() takes whatever a mutator throws for a refusal, and nobody else's push suffers (P4, P5)", async () => {
  await using it = await openSync();
  const odd = Object.assign(new Error(), {
    code: "x",
    message: { no: "text" },
  });
  const throwing = new Sync(it.kv, {
    ...domain,
    mutators: () => ({ throw: () => Promise.reject(odd) }),
  });
  const client = new Client(throwing);
  const other = new Client(throwing, bob);
  const { error } = console;
  console.error = () => {};
  try {
    const answers = await Promise.all([
      client.push(client.mutation("throw")),
      other.push(other.mutation("throw")),
    ]);
    assertEquals(answers, [null, null]);
  } finally {
    console.error = error;
  }
  await client.pull();
  const rejection = client.view.get(`rejection/${client.clientID}/1`);
  assertEquals((rejection as { code: string }).code, "internal");
});

Deno.test("a mutator sees no rejection, as it is no entry: whoever's it is, and at each process (P6, C6)", async () => {
  await using it = await openSync();
  const reading = {
    ...domain,
    mutators: (space: string, user: typeof ada) => ({
      ...domain.mutators(space, user),
      async copy(tx: WriteTransaction, args: ReadonlyJSONValue | undefined) {
        const [from, to] = args as string[];
        await tx.set(to, (await tx.get(from)) ?? "nothing");
      },
    }),
  };
  const sync = new Sync(it.kv, reading);
  const client = new Client(sync);
  const other = new Client(sync, bob);
  await other.push(other.mutation("refuse", { code: "x", typed: "secret" }));
  const key = `rejection/${other.clientID}/1`;
  await client.push(client.mutation("copy", [key, "here"]));
  assertEquals(await sync.get("s", "here"), ["nothing"]);
});
