// Batches reads: those that are asked for at about the same time go to KV in one call.
import { setImmediate } from "node:timers";

type Found = Deno.KvEntryMaybe<unknown>[];
type Asked = {
  keys: readonly Deno.KvKey[];
  answer: PromiseWithResolvers<Found>;
};

const MAX_KEYS_PER_READ = 10; // of KV

/**
 * A KV whose `get` and `getMany` wait for the end of the turn, and for others
 * while calls are under way, so that many small reads become a few calls (the
 * idea of DataLoader, github.com/graphql/dataloader, with nothing remembered:
 * each read still begins after it was asked for). A full call never waits. The
 * keys of one `getMany` stay in one call, which is one snapshot. A key that
 * several ask for as the same array is read once. All else is `kv`'s own, and
 * closing it closes both connections.
 *
 * `reader` may be a second connection to the same SQLite file: one connection
 * does one thing after the other, while SQLite itself reads during a commit,
 * and sees from its end on what it brought (sqlite.org/wal.html).
 * `callsUnderWay` is how many there are before others wait to fill the next:
 * two of a file, which answers one after the other; over a network, where they
 * go abreast and each takes a while, more.
 */
export function batchReads(
  kv: Deno.Kv,
  { reader = kv, callsUnderWay = 2 }: {
    reader?: Deno.Kv;
    callsUnderWay?: number;
  } = {},
): Deno.Kv {
  const waiting: Asked[] = [];
  let underWay = 0;
  let soon = false;

  function ask(keys: readonly Deno.KvKey[]): Promise<Found> {
    const answer = Promise.withResolvers<Found>();
    waiting.push({ keys, answer });
    if (!soon) {
      soon = true;
      setImmediate(send);
    }
    return answer.promise;
  }

  function send(): void {
    soon = false;
    while (waiting.length > 0) {
      const distinct = new Set<Deno.KvKey>();
      const full = waiting.findIndex(({ keys }) => {
        for (const key of keys) distinct.add(key);
        return distinct.size > MAX_KEYS_PER_READ;
      });
      if (full < 0 && underWay >= callsUnderWay) return;
      // One that is too large on its own is KV's to refuse.
      call(waiting.splice(0, full < 0 ? Infinity : Math.max(1, full)));
    }
  }

  async function call(asked: Asked[]): Promise<void> {
    underWay++;
    try {
      const places = new Map<Deno.KvKey, number>();
      for (const { keys } of asked) {
        for (const key of keys) {
          if (!places.has(key)) places.set(key, places.size);
        }
      }
      const found: Found = await reader.getMany([...places.keys()]);
      for (const { keys, answer } of asked) {
        answer.resolve(keys.map((key) => found[places.get(key)!]));
      }
    } catch (error) {
      if (asked.length === 1) asked[0].answer.reject(error);
      // It may be the fault of one of them: each on its own, then.
      else for (const each of asked) await call([each]);
    } finally {
      underWay--;
      send();
    }
  }

  const both = reader === kv ? [kv] : [reader, kv];
  return {
    get: async (key) => (await ask([key]))[0] as never,
    getMany: async (keys) => await ask(keys) as never,
    list: (...range) => reader.list(...range),
    set: (...entry) => kv.set(...entry),
    delete: (key) => kv.delete(key),
    atomic: () => kv.atomic(),
    watch: (...keys) => kv.watch(...keys),
    enqueue: (...value) => kv.enqueue(...value),
    listenQueue: (handler) => kv.listenQueue(handler),
    commitVersionstamp: () => kv.commitVersionstamp(),
    close: () => both.forEach((each) => each.close()),
    [Symbol.dispose]: () => both.forEach((each) => each[Symbol.dispose]()),
  };
}
