// Housekeeping: what nobody needs any more goes, and nobody notices.
import { assert, assertEquals } from "@std/assert";
import { readGroup, recordUse } from "../../../lib/sync/client_group.ts";
import {
  DEFAULT_RETENTION,
  Housekeeping,
} from "../../../lib/sync/housekeeping.ts";
import { Sync } from "../../../lib/sync/mod.ts";
import { Space } from "../../../lib/sync/space.ts";
import {
  ada,
  bob,
  Client,
  domain,
  openSync,
} from "../../support/counter_domain.ts";
import { type Gate, gatedKv } from "../../support/gated_kv.ts";

// Off by default since Deno 2.8: what is left when a test ends fails it.
Deno.test.sanitizer({ ops: true, resources: true });

const DAY = 86_400_000;
const later = (days: number) => Date.now() + days * DAY;
const today = () => Math.floor(Date.now() / DAY);

/** Another process on the same KV. */
const elsewhere = (kv: Deno.Kv, retention = {}) =>
  new Sync(kv, domain, { retention });

/** Adds so many items, each in a commit of its own. */
async function addOneByOne(client: Client, n: number): Promise<void> {
  for (let i = 0; i < n; i++) {
    await client.push(client.mutation("add", { id: crypto.randomUUID() }));
  }
}

async function keysUnder(kv: Deno.Kv, ...prefix: string[]) {
  const found = await Array.fromAsync(kv.list({ prefix }));
  return found.map(({ key }) => key.slice(prefix.length));
}

const logOf = async (kv: Deno.Kv) => (await keysUnder(kv, "log", "s")).flat();

/** The same client in another process, or after a restart. */
function moved(client: Client, sync: Sync): Client {
  const it = new Client(sync, client.user, client.groupID);
  it.cookie = client.cookie;
  it.view = new Map(client.view);
  return it;
}

/** Sets back the day on which a group was last seen, as if time had passed. */
async function leaveAlone(
  kv: Deno.Kv,
  { groupID }: Client,
  days: number,
): Promise<void> {
  const { value } = await readGroup(kv, groupID);
  await kv.set(["group", groupID], { ...value, seenOn: today() - days });
}

/** Waits until a group is on record as seen today. */
async function seenToday(kv: Deno.Kv, { groupID }: Client): Promise<void> {
  while ((await readGroup(kv, groupID)).value?.seenOn !== today()) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

type Hooks = {
  /** Is told what is listed before an entry is given out, and which it is. */
  listing?: (selector: Deno.KvListSelector, entry: number) => Promise<void>;
  committing?: (deletes: number) => Promise<void>;
};

/** A KV that lets others in at its every step; its lists are read ten at a time. */
function hooked(kv: Deno.Kv, { listing, committing }: Hooks): Deno.Kv {
  const hooks = {
    list(selector: Deno.KvListSelector, options?: Deno.KvListOptions) {
      const list = kv.list(selector, { ...options, batchSize: 10 });
      return {
        get cursor() {
          return list.cursor;
        },
        async *[Symbol.asyncIterator]() {
          let n = 0;
          for await (const entry of list) {
            await listing?.(selector, n++);
            yield entry;
          }
        },
      };
    },
    atomic() {
      const atomic = kv.atomic();
      const { commit, delete: del } = atomic;
      let deletes = 0;
      atomic.delete = (key) => {
        deletes++;
        return del.call(atomic, key);
      };
      atomic.commit = async () => {
        await committing?.(deletes);
        return await commit.call(atomic);
      };
      return atomic;
    },
  };
  return new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(name in hooks ? hooks : target, name);
      return typeof value === "function" && !(name in hooks)
        ? value.bind(target)
        : value;
    },
  });
}

/** Does something the first time only. */
function once(does: () => Promise<unknown>): () => Promise<void> {
  let done = false;
  return async () => {
    if (done) return;
    done = true;
    await does();
  };
}

const isLog = (selector: Deno.KvListSelector) =>
  "start" in selector && selector.start[0] === "log";

Deno.test("housekeep() prunes log entries that are both old and many, and never the newest (H1)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await addOneByOne(client, 130);
  const sync = elsewhere(it.kv, { logEntries: 10, logDays: 7 });
  await sync.housekeep(later(6));
  assertEquals((await logOf(it.kv)).length, 131);
  await sync.housekeep(later(8));
  assertEquals(await logOf(it.kv), range(122, 131));

  await elsewhere(it.kv, { logEntries: 0, logDays: 0 }).housekeep();
  assertEquals((await logOf(it.kv)).length, 10, "too young, whatever is set");
  await elsewhere(it.kv, { logEntries: 0 }).housekeep(later(8));
  assertEquals(await logOf(it.kv), [131]);
  const restarted = new Client(elsewhere(it.kv));
  await addOneByOne(restarted, 1);
  await restarted.pull();
  assertEquals(restarted.view.get("count"), 131);
});

Deno.test("housekeep() may leave the middle of a commit at the log's beginning, where no cookie stands (H1)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const reader = new Client(it.sync, bob);
  await reader.pull();
  const value = "x".repeat(40_000);
  await client.push(
    ...["a", "b", "c"].map((key) => client.mutation("put", { key, value })),
  );
  await client.pull();
  await elsewhere(it.kv, { logEntries: 2 }).housekeep(later(8));
  assertEquals(await logOf(it.kv), [3, 4]);
  for (const each of [client, reader]) {
    const back = moved(each, elsewhere(it.kv));
    const answer = await back.pull();
    assertEquals(answer.patch.length, each === client ? 0 : 5);
    assertEquals(Object.keys(back.seen), ["a", "b", "born", "c"]);
  }
});

Deno.test("pull() brings a snapshot when its log is pruned, before or while it is read (H2)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync);
  const before = new Client(it.sync, bob);
  const meanwhile = new Client(it.sync, bob);
  await before.pull();
  await meanwhile.pull();
  await addOneByOne(writer, 40);
  await writer.push(writer.mutation("del", { key: "born" }));
  const { version } = meanwhile.cookie as { version: number };
  const pruner = elsewhere(it.kv, { logEntries: 5 });
  let pruned = 0;
  const sync = elsewhere(hooked(it.kv, {
    async listing(selector, n) {
      if (!isLog(selector) || n !== 5 || pruned++) return;
      await pruner.housekeep(later(8));
    },
  }));
  await sync.write(["s"], () => Promise.resolve()); // it knows the space's head
  for (const [i, client] of [meanwhile, before].entries()) {
    assertEquals(client.cookie as typeof meanwhile.cookie, {
      ...client.cookie as object,
      version,
    });
    const back = moved(client, sync);
    const answer = await back.pull();
    assertEquals(pruned, 1, `after pull ${i}`);
    assertEquals(answer.patch[0], { op: "clear" });
    assertEquals([back.view.get("count"), back.view.has("born")], [40, false]);
  }
});

/** A space of 18 items, and another process: while it first reads them, the log since is pruned. */
async function prunedMeanwhile(
  { sync, kv }: Awaited<ReturnType<typeof openSync>>,
) {
  const writer = new Client(sync);
  await addOneByOne(writer, 12);
  const pruner = elsewhere(kv, { logEntries: 2 });
  const meanwhile = once(async () => {
    await addOneByOne(writer, 6);
    await pruner.housekeep(later(8));
  });
  return elsewhere(hooked(kv, {
    listing: async (selector) => {
      if ("start" in selector && selector.start[0] === "entry") {
        await meanwhile();
      }
    },
  }));
}

Deno.test("pull() begins a snapshot anew when the log since its beginning is pruned (H2)", async () => {
  await using it = await openSync();
  const reader = new Client(await prunedMeanwhile(it), bob);
  await reader.pull();
  const { length } = Object.keys(reader.seen)
    .filter((key) => key.startsWith("item/"));
  assertEquals([length, reader.view.get("count")], [18, 18]);
});

Deno.test("pull() gives back what it has read before it reads all of it again (L11)", async () => {
  await using it = await openSync();
  const heldBy = async (sync: Sync) => {
    let [held, read] = [0, 0];
    await sync.pull("s", bob, {
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: "reader",
      cookie: null,
    }, {
      mayRead: () => Promise.resolve(true),
      hold(bytes) {
        held += bytes;
        read += Math.max(0, bytes);
        return true;
      },
    });
    return { held, read };
  };
  const pruned = await heldBy(await prunedMeanwhile(it));
  const calm = await heldBy(it.sync);
  assertEquals(calm.held, calm.read);
  // Besides, it has the newest log entry from KV instead of memory.
  assert(pruned.held < 1.2 * calm.held, `${pruned.held}, ${calm.held}`);
  assert(pruned.read > 1.5 * calm.read);
});

Deno.test("housekeep() deletes groups out of use for 30 days, with all their clients (H3)", async () => {
  await using it = await openSync();
  const [large, small, fenced] = [0, 1, 2].map(() => new Client(it.sync));
  const tabs = Array.from({ length: 130 }, (_, i) => ({
    ...large.mutation("add", { id: `${i}` }, 1),
    clientID: `tab${i}`,
  }));
  await large.push(...tabs.slice(0, 80));
  await large.push(...tabs.slice(80));
  await addOneByOne(small, 1);
  await fenced.push(fenced.mutation("add", { id: "gap" }, 7));
  await it.sync.housekeep(later(30));
  assertEquals((await keysUnder(it.kv, "group")).length, 3);
  assertEquals((await keysUnder(it.kv, "client")).length, 131);
  await leaveAlone(it.kv, large, 31);
  await it.sync.housekeep();
  assertEquals(await keysUnder(it.kv, "client"), [
    [small.groupID, small.clientID],
  ]);
  await it.sync.housekeep(later(31));
  assertEquals(await keysUnder(it.kv, "group"), []);
  assertEquals(await keysUnder(it.kv, "client"), []);
});

Deno.test("housekeep() spares a group that pushes or pulls while it is being deleted (H3)", async () => {
  await using it = await openSync();
  const [pushing, pulling] = [new Client(it.sync), new Client(it.sync)];
  for (const client of [pushing, pulling]) {
    await addOneByOne(client, 2);
    await leaveAlone(it.kv, client, 40);
  }
  const comeBack = once(async () => {
    await moved(pushing, elsewhere(it.kv))
      .push(pushing.mutation("add", { id: "back" }));
    await pulling.pull();
    await seenToday(it.kv, pulling);
  });
  await elsewhere(hooked(it.kv, { committing: comeBack })).housekeep();
  for (const [client, id] of [[pushing, 3], [pulling, 2]] as const) {
    const found = await it.kv.get(["client", client.groupID, client.clientID]);
    assertEquals(found.value, { lastMutationID: id });
    assertEquals((await readGroup(it.kv, client.groupID)).value, {
      userID: "ada",
      space: "s",
      seenOn: today(),
    });
    const next = client.mutation("add", { id: "next" });
    assertEquals(await client.push(next), null);
  }
});

Deno.test("push() of a group that is deleted before it is committed is a gap (H3, H5)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await addOneByOne(client, 2);
  await leaveAlone(it.kv, client, 40);
  const expire = once(() => it.sync.housekeep());
  const back = moved(
    client,
    elsewhere(hooked(it.kv, { committing: expire })),
  );
  const answer = await back.push({
    ...client.mutation("add", { id: "late" }),
  });
  assertEquals(answer, { error: "ClientStateNotFound", lastMutationIDs: {} });
  assertEquals(await it.sync.get("s", "item/late"), [undefined]);
});

Deno.test("pull() puts a group on record as in use, once a day, and makes no record (H4)", async () => {
  await using it = await openSync();
  let written = 0;
  const sync = elsewhere(hooked(it.kv, {
    committing() {
      written++;
      return Promise.resolve();
    },
  }));
  const client = new Client(it.sync);
  await addOneByOne(client, 1);
  await leaveAlone(it.kv, client, 3);
  const back = moved(client, sync);
  await back.pull();
  await seenToday(it.kv, client);
  assertEquals(written, 1);
  await Promise.all(Array.from({ length: 20 }, () => back.pull()));
  assertEquals(written, 1);

  const { versionstamp } = await readGroup(it.kv, client.groupID);
  await Promise.all(
    Array.from({ length: 20 }, () => new Client(sync, bob).pull()),
  );
  assertEquals(await keysUnder(it.kv, "group"), [[client.groupID]]);
  assertEquals(
    (await readGroup(it.kv, client.groupID)).versionstamp,
    versionstamp,
  );
});

Deno.test("recordUse() never takes a fence away, and a fenced group that pulls stays fenced (H4)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await addOneByOne(client, 1);
  await leaveAlone(it.kv, client, 40);
  const { value, versionstamp } = await readGroup(it.kv, client.groupID);
  // What a pull has read by the time that a push fences the group off.
  await client.push(client.mutation("add", { id: "gap" }, 7));
  await leaveAlone(it.kv, client, 40);
  const fenced = await readGroup(it.kv, client.groupID);
  await recordUse(it.kv, client.groupID, value!, versionstamp!);
  assertEquals(await readGroup(it.kv, client.groupID), fenced);

  assertEquals((await client.pull()).error, "ClientStateNotFound");
  await seenToday(it.kv, client);
  assertEquals((await client.pull()).error, "ClientStateNotFound");
  await it.sync.housekeep();
  assertEquals((await client.pull()).error, "ClientStateNotFound");
});

Deno.test("A group that comes back after its deletion pulls its view, and loses nothing that is pending (H5)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const tab = new Client(it.sync, ada, client.groupID);
  await addOneByOne(client, 2);
  await client.pull();
  const pending = client.mutation("add", { id: "pending" });
  const other = new Client(it.sync, bob);
  await addOneByOne(other, 3);
  await it.sync.housekeep(later(31));
  assertEquals(await keysUnder(it.kv, "group"), []);

  const { lastMutationIDChanges } = await client.pull();
  assertEquals(lastMutationIDChanges, {});
  assertEquals(client.view.get("count"), 5);
  const lost = { error: "ClientStateNotFound", lastMutationIDs: {} };
  assertEquals(await client.push(pending), lost as never);
  // Nothing of the group is taken any more: the browser runs it again in another.
  assertEquals(
    await tab.push(tab.mutation("add", { id: "late" })),
    lost as never,
  );
  const next = new Client(it.sync);
  await next.push(next.mutation("add", { id: "pending" }));
  await next.pull();
  assertEquals(next.view.get("count"), 6);

  // One that had nothing confirmed yet is simply taken.
  const fresh = new Client(it.sync);
  const first = fresh.mutation("add", { id: "first" });
  await fresh.pull();
  await it.sync.housekeep(later(31));
  assertEquals(await fresh.push(first), null);
});

Deno.test("push() takes nothing on the word of a remembered group that was deleted (H6)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const done = [1, 2].map((n) => client.mutation("add", { id: `${n}` }));
  assertEquals(await client.push(...done), null);
  // One process remembers it as of today, one as of long ago.
  await leaveAlone(it.kv, client, 40);
  const other = elsewhere(it.kv);
  assertEquals(await moved(client, other).push(...done), null);
  await elsewhere(it.kv).housekeep();
  assertEquals(await keysUnder(it.kv, "client"), []);

  const tab = new Client(it.sync, ada, client.groupID);
  assertEquals(await tab.push(tab.mutation("add", { id: "tab" })), null);
  const { value } = await readGroup(it.kv, client.groupID);
  assertEquals(value, { userID: "ada", space: "s", seenOn: today() });
  const late = client.mutation("add", { id: "late" });
  for (const sync of [it.sync, other]) {
    assertEquals(await moved(client, sync).push(late), {
      error: "ClientStateNotFound",
      lastMutationIDs: { [tab.clientID]: 1 },
    });
  }
  // Nor on that of a remembered fence, whoever else commits along with it.
  await elsewhere(it.kv).housekeep(later(31));
  const again = new Client(other, ada, client.groupID);
  const stranger = new Client(other, bob);
  const answers = await Promise.all([
    stranger.push(stranger.mutation("add", { id: "along" })),
    again.push(again.mutation("add", { id: "new" })),
  ]);
  assertEquals(answers, [null, null]);
});

Deno.test("housekeep() takes a rejection away after a year, from every view at once (H7)", async () => {
  await using it = await openSync();
  const [client, other] = [new Client(it.sync), new Client(it.sync, bob)];
  for (const each of [client, other]) {
    await each.push(each.mutation("refuse", { code: "no" }));
  }
  await client.pull();
  const key = `rejection/${client.clientID}/1`;
  await it.sync.housekeep(later(364)); // its group is long gone
  await client.pull();
  assertEquals(client.view.has(key), true);
  const seen = new Client(it.sync);
  await seen.pull();
  assertEquals(seen.view.has(key), true);

  // His goes away by hand, in the very moment.
  const dismissal = { clientID: other.clientID, mutationID: 1 };
  const dismiss = once(async () => {
    const tab = new Client(it.sync, bob);
    await tab.push(tab.mutation("dismissRejection", dismissal));
  });
  const { version } = seen.cookie as { version: number };
  await elsewhere(hooked(it.kv, { committing: dismiss })).housekeep(later(366));
  assertEquals(await keysUnder(it.kv, "rejection"), []);
  const { patch, cookie } = await seen.pull();
  assertEquals(patch, [{ op: "del", key }]);
  assertEquals(cookie.version, version + 2, "a commit for each of them");
});

Deno.test("housekeep() in several processes at once, amid pushes, does what one does (H8)", async () => {
  await using it = await openSync();
  const old = Array.from({ length: 20 }, () => new Client(it.sync));
  for (const client of old) {
    await addOneByOne(client, 3);
    await leaveAlone(it.kv, client, 40);
  }
  const busy = new Client(it.sync, bob);
  await busy.pull();
  const kept = { logEntries: 5 };
  let most = 0;
  const kv = hooked(it.kv, {
    committing(deletes) {
      most = Math.max(most, deletes);
      return Promise.resolve();
    },
  });
  await Promise.all([
    ...[0, 1, 2].map(() => elsewhere(kv, kept).housekeep(later(8))),
    ...[0, 1, 2].map(() => elsewhere(kv, kept).housekeep()),
    addOneByOne(busy, 30),
  ]);
  await elsewhere(kv, kept).housekeep(later(8));
  assert(most > 1 && most <= 51, `${most} deletions in one commit`);
  assertEquals(await keysUnder(it.kv, "group"), [[busy.groupID]]);
  assertEquals(await keysUnder(it.kv, "client"), [
    [busy.groupID, busy.clientID],
  ]);
  assertEquals((await logOf(it.kv)).length, 5);
  await busy.pull();
  assertEquals(busy.view.get("count"), 90);
  assertEquals(busy.lastMutationIDs, { [busy.clientID]: 30 });
});

Deno.test("housekeep() deletes nine groups at a time, and a push beside it is outrun once for each at most (C8, H8)", async () => {
  await using it = await openSync();
  const record = { userID: "ada", space: "s", seenOn: today() - 40 };
  for (let i = 0; i < 40; i++) await it.kv.set(["group", `old${i}`], record);
  let [changes, outrun, commits] = [0, 0, 0];
  const far = (count: Gate) =>
    gatedKv(it.kv, async (call, run) => {
      await new Promise((resolve) => setTimeout(resolve, 1)); // as over a network
      return await count(call, run);
    });
  const there = elsewhere(far(async ({ kind, keys }, run) => {
    if (kind === "commit" && keys.some(([key]) => key === "guard")) changes++;
    return await run();
  }));
  const pushing = elsewhere(far(async ({ kind }, run) => {
    const answer = await run();
    if (kind === "commit") commits++;
    if (kind === "commit" && !(answer as { ok: boolean }).ok) outrun++;
    return answer;
  }));
  const client = new Client(pushing);
  await client.push(client.mutation("add", { id: "first" }));
  let over = false;
  const done = there.housekeep().finally(() => over = true);
  while (!over) await addOneByOne(client, 1);
  await done;
  assertEquals(changes, 5);
  assert(outrun <= changes, `${outrun} of ${commits}`);
  assertEquals(await keysUnder(it.kv, "group"), [[client.groupID]]);
});

Deno.test("housekeep() leaves no guard of a space that is erased meanwhile (S5, H6)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await addOneByOne(client, 2);
  await leaveAlone(it.kv, client, 40);
  const erase = once(() => it.sync.erase("s"));
  await elsewhere(hooked(it.kv, { committing: erase })).housekeep();
  assertEquals(await keysUnder(it.kv, "group"), []);
  assertEquals(await keysUnder(it.kv, "guard"), []);
});

Deno.test("close() ends a housekeeping that pauses, and the rest is done by another (H8)", async () => {
  await using it = await openSync();
  const record = { userID: "ada", space: "s", seenOn: today() - 40 };
  for (let i = 0; i < 40; i++) await it.kv.set(["group", `${i}`], record);
  const closing = elsewhere(hooked(it.kv, {
    committing: once(() => Promise.resolve(closing.close())),
  }));
  await closing.housekeep();
  assertEquals((await keysUnder(it.kv, "group")).length, 31);
  await elsewhere(it.kv).housekeep();
  assertEquals(await keysUnder(it.kv, "group"), []);
});

Deno.test("Housekeeping goes on where the last turn stopped, in whichever process, and then rests (H8)", async () => {
  await using it = await openSync();
  const record = { userID: "ada", space: "s", seenOn: today() - 40 };
  for (let i = 0; i < 600; i++) await it.kv.set(["group", `${i}`], record);
  const left = async () => (await keysUnder(it.kv, "group")).length;
  const turn = (now: number, kv = it.kv) => {
    const collections = domain.collections;
    const strategy = "global-version" as const;
    const store = { kv, collections, maxChecks: 100, strategy };
    const space = (name: string) => new Space(kv, name, () => {});
    return new Housekeeping(store, space, DEFAULT_RETENTION).turn(now);
  };
  await turn(Date.now());
  assertEquals(await left(), 100);
  await turn(Date.now());
  assertEquals(await left(), 0);

  await it.kv.set(["group", "late"], record);
  await turn(Date.now());
  assertEquals(await left(), 1);
  await turn(Date.now() + 3_600_001);
  assertEquals(await left(), 0);
});

Deno.test("housekeep() tries again while another process holds the file, and reports nothing (H8)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await addOneByOne(client, 3);
  await leaveAlone(it.kv, client, 40);
  let failures = 6;
  const locked = () => {
    if (failures-- > 0) throw new TypeError("database is locked");
    return Promise.resolve();
  };
  const { error } = console;
  const told: unknown[] = [];
  console.error = (...words) => told.push(words);
  try {
    await elsewhere(hooked(it.kv, { committing: locked }), { logEntries: 1 })
      .housekeep(later(8));
  } finally {
    console.error = error;
  }
  assertEquals(told, []);
  assertEquals((await logOf(it.kv)).length, 1);
  assertEquals(await keysUnder(it.kv, "group"), []);
  assertEquals(await keysUnder(it.kv, "client"), []);
});

Deno.test("Housekeeping leaves a record that fails for later, and goes on with the others (H8)", async () => {
  await using it = await openSync();
  await it.kv.set(["rejection", "s", "ada", "a", 1], "not JSON bytes");
  const client = new Client(it.sync);
  await client.push(client.mutation("refuse", { code: "no" }));
  const { error } = console;
  const told: unknown[] = [];
  console.error = (...words) => told.push(words[0]);
  try {
    await it.sync.housekeep(later(366));
  } finally {
    console.error = error;
  }
  assertEquals(told, ["Housekeeping of rejections was put off"]);
  assertEquals(await keysUnder(it.kv, "rejection"), [["s", "ada", "a", 1]]);
});

Deno.test("startHousekeeping() takes turns until close(), which leaves no timer behind (H8)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await addOneByOne(client, 1);
  await leaveAlone(it.kv, client, 40);
  const planned: { run: () => Promise<void>; delay: number }[] = [];
  const { setTimeout } = globalThis;
  const plan = (run: () => Promise<void>, delay: number) => {
    planned.push({ run, delay });
    return 0;
  };
  Object.assign(globalThis, { setTimeout: plan });
  try {
    it.sync.startHousekeeping();
    await planned[0].run();
    assertEquals(await keysUnder(it.kv, "group"), []);
    assert(planned[0].delay < planned[1].delay);
    it.sync.close();
    await planned[1].run();
    assertEquals(planned.length, 2);
  } finally {
    Object.assign(globalThis, { setTimeout });
  }
  // And with real ones: the test runner would find one that is left.
  const other = elsewhere(it.kv);
  other.startHousekeeping();
  other.close();
});

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

Deno.test("housekeep() sees to records of the app's own, each of them, in the order in which they were added (H9)", async () => {
  using kv = await Deno.openKv(":memory:");
  const sync = new Sync(kv, domain);
  const seen: string[] = [];
  const see = (name: string) => ({
    name,
    prefix: [name],
    handle({ key }: Deno.KvEntry<unknown>, now: number) {
      seen.push(`${key.join(" ")} at ${now}`);
      return Promise.resolve();
    },
  });
  sync.addChores([see("first"), see("second")]);
  for (const key of [["second", 1], ["first", 1], ["first", 2], ["third"]]) {
    await kv.set(key, 0);
  }
  await sync.housekeep(5);
  assertEquals(seen, ["first 1 at 5", "first 2 at 5", "second 1 at 5"]);
  sync.close();
});
