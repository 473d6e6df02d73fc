// How many watches and reads it takes to hear of what other processes write.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../../lib/sync/mod.ts";
import { groupsToLookAt } from "../../../lib/sync/version_watches.ts";
import { domain } from "../../support/counter_domain.ts";
import { eventsOf } from "../../support/events.ts";

// Off by default since Deno 2.8: what is left when a test ends fails it.
Deno.test.sanitizer({ ops: true, resources: true });

const always = () => Promise.resolve(true);

/** A KV that notes which keys are being watched. */
async function openWatched() {
  const kv = await Deno.openKv(":memory:");
  const watched = new Set<Deno.KvKey[]>();
  const noting: Deno.Kv = new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "watch") return value.bind(target);
      return (keys: Deno.KvKey[]) => {
        watched.add(keys);
        const items = kv.watch(keys).getReader();
        return new ReadableStream({
          pull: async (to) => {
            const { done, value } = await items.read();
            if (done) to.close();
            else to.enqueue(value);
          },
          cancel: () => {
            watched.delete(keys);
            return items.cancel();
          },
        });
      };
    },
  });
  return { kv, noting, watched };
}

Deno.test("ten spaces have one watch between them, which goes with the last (K2, K5)", async () => {
  const { kv, noting, watched } = await openWatched();
  using _ = kv;
  const names = Array.from({ length: 25 }, (_, i) => `s${i}`);
  const sync = new Sync(noting, domain, { watchesSeeAll: true });
  for (const name of names) await sync.write([name], (tx) => tx.set("a", 1));
  const streams = await Promise.all(names.map(async (name) => {
    const events = eventsOf((await sync.poke([name], always)).getReader());
    await events.next();
    return events;
  }));
  /** Writes by another process; the reader of the space hears of it. */
  const isHeard = async (i: number) => {
    const there = new Sync(kv, domain);
    await there.write([names[i]], (tx) => tx.set("a", 2));
    const { value } = await streams[i].next();
    assertEquals(value?.data.space, names[i]);
  };
  for (const i of [0, 9, 10, 24]) await isHeard(i);
  const sizes = () => [...watched].map(({ length }) => length).sort();
  assertEquals(sizes(), [10, 10, 5]);

  // One goes, one comes: it takes the place that is free.
  await streams[3].return(undefined);
  await isHeard(4);
  const again = eventsOf((await sync.poke(["s3"], always)).getReader());
  await again.next();
  streams[3] = again;
  await isHeard(3);
  assertEquals(sizes(), [10, 10, 5]);
  for (const each of streams) await each.return(undefined);
  assertEquals(watched.size, 0);
});

Deno.test("where watches see all, ten spaces are looked at at a time, those first that were not for longest, and few of them seldom (K2)", () => {
  const look = (count: number, looks: number) => {
    const groups = Array.from({ length: count }, (_, id) => ({
      id,
      lookedAt: 0,
    }));
    const looked: number[] = [];
    for (let n = 1; n <= looks; n++) {
      const now = n * 3_000;
      const due = groupsToLookAt(groups, true, now);
      assert(due.length <= 1);
      for (const group of due) {
        group.lookedAt = now;
        looked.push(group.id);
      }
    }
    return looked;
  };
  // 500 spaces: in turn, one read every three seconds.
  assertEquals(look(50, 104).length, 101); // from the tenth second on
  assertEquals(new Set(look(50, 53)).size, 50);
  // Few: each every twelve seconds.
  assertEquals(look(2, 40), Array.from({ length: 19 }, (_, i) => i % 2));
  assertEquals(look(0, 3), []);
});

Deno.test("where a watch sees no other process, all spaces are looked at each time (K2)", () => {
  const groups = [{ lookedAt: 3_000 }, { lookedAt: 0 }];
  assertEquals(groupsToLookAt(groups, false, 3_001), groups);
});
