// Reads that are asked for at about the same time go to KV together.
import { setImmediate } from "node:timers";

type Found = Deno.KvEntryMaybe<unknown>[];
type Asked = {
  keys: readonly Deno.KvKey[];
  answer: PromiseWithResolvers<Found>;
};

const AT_ONCE = 10; // the most keys that KV reads in one call
const CALLS = 2; // under way before others wait to fill the next one

/**
 * Makes a KV's `get` and `getMany` wait for the end of the turn, and for others
 * while calls are under way, so that many small reads become a few calls (the
 * idea of DataLoader, github.com/graphql/dataloader, with nothing remembered:
 * each read still begins after it was asked for). A full call never waits. The
 * keys of one `getMany` stay in one call, which is one snapshot. A key that
 * several ask for as the same array is read once.
 *
 * `reader` may be a second connection to the same SQLite file: one connection
 * does one thing after the other, while SQLite itself reads during a commit,
 * and sees from its end on what it brought (sqlite.org/wal.html).
 */
export function gatherReads(kv: Deno.Kv, reader = kv): Deno.Kv {
  const read = reader.getMany.bind(reader) as (
    keys: readonly Deno.KvKey[],
  ) => Promise<Found>;
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
        return distinct.size > AT_ONCE;
      });
      if (full < 0 && underWay >= CALLS) return;
      // One that is too large on its own is KV's to refuse.
      call(waiting.splice(0, full < 0 ? Infinity : Math.max(1, full)));
    }
  }

  async function call(asked: Asked[]): Promise<void> {
    underWay++;
    try {
      const distinct = [...new Set(asked.flatMap(({ keys }) => keys))];
      const found = await read(distinct);
      const byKey = new Map(distinct.map((key, i) => [key, found[i]]));
      for (const { keys, answer } of asked) {
        answer.resolve(keys.map((key) => byKey.get(key)!));
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

  kv.get = async (key: Deno.KvKey) => (await ask([key]))[0] as never;
  kv.getMany = async (keys: readonly Deno.KvKey[]) => await ask(keys) as never;
  if (reader === kv) return kv;
  kv.list = reader.list.bind(reader);
  const close = kv.close.bind(kv);
  kv.close = () => {
    reader.close();
    close();
  };
  return kv;
}
