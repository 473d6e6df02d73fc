// Push: what is acknowledged is there once; what is refused leaves nothing but its reason.
import {
  assert,
  assertEquals,
  assertObjectMatch,
  assertRejects,
} from "@std/assert";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import { type Call, gatedKv } from "../../support/gated_kv.ts";
import { pausableKv } from "../../support/pausable_kv.ts";
import { quiet } from "../../support/quiet.ts";
import { eventsOf } from "../../support/events.ts";
import {
  ada,
  bob,
  Client,
  domain,
  openSync,
} from "../../support/counter_domain.ts";

Deno.test("push() runs the mutations of a client in order, once (P1)", async () => {
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

Deno.test("push() puts pushes that wait into one commit, each on top of the other (P2)", async () => {
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

Deno.test("push() reads what its mutators ask for at once, not one after the other (P2)", async () => {
  await using it = await openSync();
  await it.sync.write(["s"], async (tx) => {
    for (let i = 0; i < 50; i++) await tx.set(`from/${i}`, i);
  });
  const sync = new Sync(it.kv, domain); // it remembers nothing
  const get = it.kv.get.bind(it.kv);
  let underWay = 0;
  let most = 0;
  it.kv.get = (async (key: Deno.KvKey) => {
    most = Math.max(most, ++underWay);
    return await get(key).finally(() => underWay--);
  }) as typeof it.kv.get;
  const client = new Client(sync);
  const many = Array.from(
    { length: 50 },
    (_, i) => client.mutation("copy", { from: `from/${i}`, to: `to/${i}` }),
  );
  await client.push(...many);
  sync.close();
  await client.pull();
  assertEquals(client.view.get("to/49"), 49);
  assert(most >= 50, `at most ${most} reads were under way`);
});

Deno.test("push() takes several commits for a long push, in order (P3)", async () => {
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

Deno.test("push() refuses one bad mutation and keeps its neighbours (P4, P5)", async () => {
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
  const rejection = client.view.get(`rejection/${id}/2`) as { at: number };
  assert(Date.now() - rejection.at < 60_000);
  assertEquals<unknown>(rejection, {
    at: rejection.at,
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

Deno.test("push() undoes a mutator that breaks, and tells nothing internal of it (P4, P5)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  using logged = quiet();
  await client.push(
    client.mutation("break"),
    client.mutation("add", { id: "a" }),
  );
  assertEquals(logged.told.length, 1);
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

Deno.test("push() keeps a hundred rejections of a user, the newest, and takes no other's away (P6)", async () => {
  await using it = await openSync();
  const other = new Client(it.sync, bob);
  await other.push(other.mutation("refuse", { code: "first" }));
  const client = new Client(it.sync);
  await client.push(client.mutation("refuse", { code: "first" }));
  await client.pull();
  const many = Array.from(
    { length: 130 },
    (_, i) => client.mutation("refuse", { code: `c${i}` }),
  );
  await client.push(...many.slice(0, 60));
  await client.pull();
  await client.push(...many.slice(60));
  await client.pull();
  const codes = (seen: Record<string, unknown>) =>
    Object.entries(seen).filter(([key]) => key.startsWith("rejection/"))
      .map(([, value]) => (value as { code: string }).code);
  const newest = many.slice(30).map((_, i) => `c${i + 30}`);
  assertEquals(codes(client.seen).sort(), newest.sort());
  const fresh = new Client(it.sync);
  await fresh.pull();
  assertEquals(codes(fresh.seen).sort(), newest.sort());
  await other.pull();
  assertEquals(codes(other.seen), ["first"]);

  // One that is dismissed makes room.
  const [, , mutationID] = Object.keys(client.seen)
    .findLast((key) => key.startsWith("rejection/"))!.split("/").map(Number);
  const { clientID } = client;
  await client.push(
    client.mutation("dismissRejection", { clientID, mutationID }),
    client.mutation("refuse", { code: "last" }),
  );
  await client.pull();
  assertEquals(codes(client.seen).length, 100);
  assert(codes(client.seen).includes("c30"));
});

Deno.test("push() shows a rejection to its own user only, until it is dismissed (P6)", async () => {
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

Deno.test("push() keeps another user out of a client group (P10)", async () => {
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

Deno.test("push() keeps a client group in its space (P10)", async () => {
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

Deno.test("push() to a space that was never born is an unknown space (P12)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync, ada, "g", "nowhere");
  const error = await assertRejects(
    () => client.push(client.mutation("add", { id: "a" })),
    SyncError,
  );
  assertEquals(error.problem, "unknown-space");
});

Deno.test("push() fences off a group that comes with a gap, for ever (P8, P9)", async () => {
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

Deno.test("push() of one group can carry several of its clients (P11)", async () => {
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

Deno.test("push() outlasts a database that another process has locked (P7)", async () => {
  const kv = await Deno.openKv(":memory:");
  let locked = 0;
  await using it = await openSync(gatedKv(kv, (call, run) => {
    if (call.kind !== "commit" || locked === 0) return run();
    locked--;
    return Promise.reject(new TypeError("database is locked"));
  }));
  const client = new Client(it.sync);
  locked = 5;
  assertEquals(await client.push(client.mutation("add", { id: "a" })), null);
  assertEquals(locked, 0);
});

Deno.test("push() fails alone when it is more than KV takes (P4)", async () => {
  const kv = await Deno.openKv(":memory:");
  const huge = "item/huge";
  await using it = await openSync(gatedKv(kv, (call, run) => {
    const small = !call.keys.some((key) => key.includes(huge));
    if (call.kind !== "commit" || small) return run();
    const words = "Total mutation size too large (max 819200 bytes)";
    return Promise.reject(new TypeError(words));
  }));
  using _ = quiet();
  const [before, bad, after] = [ada, bob, ada].map((user) =>
    new Client(it.sync, user)
  );
  const put = { key: huge, value: { n: 1 } };
  const [first, second, third] = await Promise.allSettled([
    before.push(before.mutation("add", { id: "a" })),
    bad.push(bad.mutation("put", put)),
    after.push(after.mutation("add", { id: "b" })),
  ]);
  assertEquals([first.status, second.status, third.status], [
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
});

Deno.test("push() loses and doubles nothing when a commit throws, whether it happened or not (P7)", async () => {
  const kv = await Deno.openKv(":memory:");
  let faults: ("before" | "after")[] = [];
  const failing = new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "atomic") {
        return typeof value === "function" ? value.bind(target) : value;
      }
      return () => {
        const atomic = kv.atomic();
        const commit = atomic.commit.bind(atomic);
        atomic.commit = async () => {
          const fault = faults.shift();
          if (fault === "before") throw new Error("database is locked");
          const result = await commit();
          if (fault === "after") throw new Error("the answer was lost");
          return result;
        };
        return atomic;
      };
    },
  });
  await using it = await openSync(failing);
  const client = new Client(it.sync);
  const other = new Client(it.sync, bob);
  faults = ["before", "after", "after"];
  await Promise.all([
    client.push(
      client.mutation("add", { id: "a" }),
      client.mutation("add", { id: "b" }),
    ),
    other.push(other.mutation("add", { id: "c" })),
  ]);
  await client.push(client.mutation("add", { id: "d" }));
  assertEquals(faults, []);
  await client.pull();
  assertEquals(client.view.get("count"), 4);
  assertEquals(client.lastMutationIDs, { [client.clientID]: 3 });
});

Deno.test("push() and pull() say of a bad envelope what is wrong with it (P12)", async () => {
  await using it = await openSync();
  const push = {
    pushVersion: 1,
    schemaVersion: "1",
    clientGroupID: "g",
    mutations: [],
  };
  const pull = {
    pullVersion: 1,
    schemaVersion: "1",
    clientGroupID: "g",
    cookie: null,
  };
  const mayRead = () => Promise.resolve(true);
  const pushed = (more: object) => it.sync.push("s", ada, { ...push, ...more });
  const pulled = (more: object) =>
    it.sync.pull("s", ada, { ...pull, ...more }, { mayRead });

  assertEquals(await pushed({ pushVersion: 0 }), {
    error: "VersionNotSupported",
    versionType: "push",
  });
  assertEquals(await pulled({ pullVersion: 2 }), {
    error: "VersionNotSupported",
    versionType: "pull",
  });
  assertEquals(await pushed({ schemaVersion: "0" }), null);
  for (const newer of [pushed, pulled]) {
    const error = await assertRejects(
      async () => await newer({ schemaVersion: "2" }),
      SyncError,
    );
    assertEquals(error.problem, "unavailable");
  }
  const mutations = [{ clientID: "c", id: 0, name: "add" }];
  const malformed: [Promise<unknown>, string][] = [
    [it.sync.push("s", ada, null), "The body"],
    [pushed({ clientGroupID: "a/b" }), "clientGroupID"],
    [pushed({ mutations }), "mutations.0.id"],
    [pulled({ cookie: 7 }), "cookie"],
  ];
  for (const [asked, field] of malformed) {
    const error = await assertRejects(() => asked, SyncError);
    assertEquals(error.problem, "malformed");
    assertEquals(error.message.split(":")[0], field);
  }
});

Deno.test("push() is answered before the poke that it causes (P13)", async () => {
  await using it = await openSync();
  const stream = await it.sync.poke(["s"], () => Promise.resolve(true));
  const events = eventsOf(stream.getReader());
  await events.next();
  const order: string[] = [];
  const client = new Client(it.sync);
  await Promise.all([
    events.next().then(() => order.push("poke")),
    client.push(client.mutation("add", { id: "a" }))
      .then(() => order.push("answer")),
  ]);
  assertEquals(order, ["answer", "poke"]);
  await events.return(undefined);
});

Deno.test("push() is answered beside the commit of those that have waited, however long that takes, or what it reads first (P13)", async () => {
  const isCommit = ({ kind }: Call) => kind === "commit";
  const steps: [what: string, is: (call: Call) => boolean][] = [
    ["its commit", isCommit],
    [
      "what it reads",
      ({ kind, keys: [key] }) => kind.startsWith("get") && key[2] === "b",
    ],
  ];
  for (const [what, is] of steps) {
    await using it = await openSync();
    const late = pausableKv(it.kv);
    const sync = new Sync(late.kv, domain);
    const [one, other] = [new Client(sync), new Client(sync)];
    const put = (client: Client, key: string) =>
      client.push(client.mutation("put", { key, value: 1 }));
    for (const each of [one, other]) await put(each, "a");
    const first = late.hold("before", isCommit);
    const answered = put(one, "a");
    await first.reached;
    const second = late.hold("before", is);
    const waiting = put(other, "b");
    first.release();
    await second.reached;
    await answered; // or the test never ends
    assertEquals(await it.sync.get("s", "b"), [undefined], what);
    second.release();
    await waiting;
    assertEquals(await it.sync.get("s", "b"), [1], what);
    sync.close();
  }
});

Deno.test("push() spreads a large commit over log entries, and cookies stand on its end (C3)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const { cookie: before } = await client.pull();
  const value = "x".repeat(30_000);
  await client.push(
    ...["a", "b", "c"].map((key) => client.mutation("put", { key, value })),
  );
  const log = await Array.fromAsync(
    it.kv.list<Uint8Array>({ prefix: ["log", "s"] }),
  );
  assertEquals(log.map(({ key }) => key[2]), [1, 2, 3, 4]);
  const entries = log.map((entry) =>
    JSON.parse(new TextDecoder().decode(entry.value))
  );
  assertEquals(entries.map(({ end }) => end), [true, false, false, true]);
  const { cookie } = await client.pull();
  assertEquals([before.version, cookie.version], [1, 4]);
  assertEquals(cookie.mark, entries[3].mark);
});

Deno.test("push() tells how many bytes its commits write, however little was sent, and nothing for what was in (P14)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const value = "x".repeat(50_000);
  const mutations = Array.from(
    { length: 20 },
    (_, i) => client.mutation("put", { key: `k${i}`, value }),
  );
  const body = {
    pushVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: client.groupID,
    mutations,
  };
  const written: number[] = [];
  const push = () =>
    it.sync.push("s", ada, body, { onWritten: (n) => written.push(n) });
  assertEquals(await push(), null);
  assert(written.length > 1, "One commit does not hold it");
  const sum = written.reduce((all, bytes) => all + bytes, 0);
  // The entries, the log, and some for the keys.
  assert(sum > 2_000_000 && sum < 2_200_000, `${sum}`);
  written.length = 0;
  assertEquals(await push(), null);
  assertEquals(written, []);
});
