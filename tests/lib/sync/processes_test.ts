// Two processes on one KV file: whoever writes where, both hear of it soon.
import { assertEquals } from "@std/assert";
import { serverRoomMutators } from "../../../lib/chat/server_mutators.ts";
import { messagesIn } from "../../../lib/chat/queries.ts";
import { permitted } from "../../support/permitted.ts";
import { Person } from "../../support/person.ts";
import { openReplicant } from "../../support/replicache.ts";
import { startServer } from "../../support/server.ts";

const GENERAL = "room:general";
const LIMIT = 30_000; // ms; it is not about speed: that is printed
const WRITES_PER_PROCESS = 20;

/** A real client of a person at one of the servers. */
async function openAt(url: string, name: string) {
  const person = await Person.signIn(url, name);
  await person.post("/api/rooms/general/members", {});
  const { userID } = person;
  const mutators = serverRoomMutators({ userID, now: Date.now });
  const { rep, until, close } = await openReplicant(person, GENERAL, mutators);
  await until((tx) => tx.has(`member/${userID}`), (is) => is);
  const write = (id: string) =>
    rep.mutate.createMessage({ id, content: `${name} says ${id}` });
  /** When each of the messages arrived here, confirmed. */
  const arrivals = async (ids: string[]): Promise<Map<string, number>> => {
    const at = new Map<string, number>();
    const missing = () => ids.filter((id) => !at.has(id));
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${name} never saw ${missing()}`)),
      LIMIT,
    );
    const all = until(messagesIn, (messages) => {
      for (const { id, pending } of messages) {
        if (!pending && !at.has(id)) at.set(id, performance.now());
      }
      return missing().length === 0;
    });
    await Promise.race([all, late.promise]).finally(() => clearTimeout(timer));
    return at;
  };
  const seen = async () =>
    (await rep.query(messagesIn)).map(({ id, seq }) => `${seq} ${id}`);
  return { write, arrivals, seen, close };
}

Deno.test({
  name:
    "Two processes that write and listen on one KV file hear all of each other (K2, C1)",
  ignore: !permitted,
  // Replicache keeps timers of its own for some time after it was closed.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const env = { DENO_KV_PATH: `${folder}/kv.sqlite3` };
    try {
      await using here = await startServer(env);
      await using there = await startServer(env);
      const ada = await openAt(here.url, "Ada");
      const bob = await openAt(there.url, "Bob");
      const both = [ada, bob];
      const written = new Map<string, number>();
      const write = async ({ write }: typeof ada, id: string) => {
        written.set(id, performance.now());
        await write(id);
      };
      const latest = (arrivals: Map<string, number>[], ids: string[]) =>
        Math.max(
          ...arrivals.flatMap((at) =>
            ids.map((id) => at.get(id)! - written.get(id)!)
          ),
        );

      const ids = both.flatMap((_, i) =>
        Array.from({ length: WRITES_PER_PROCESS }, (_, n) => `${i}-${n}`)
      );
      const arrived = both.map(({ arrivals }) => arrivals(ids));
      await Promise.all(both.map(async (client, i) => {
        for (let n = 0; n < WRITES_PER_PROCESS; n++) {
          await write(client, `${i}-${n}`);
        }
      }));
      const atOnce = latest(await Promise.all(arrived), ids);

      // A process that does not write has only its look at KV once a second.
      let alone = 0;
      for (let n = 0; n < 3; n++) {
        for (const [i, writer] of both.entries()) {
          const id = `alone-${i}-${n}`;
          const heard = both[1 - i].arrivals([id]);
          await write(writer, id);
          alone = Math.max(alone, latest([await heard], [id]));
        }
      }

      assertEquals(await ada.seen(), await bob.seen());
      assertEquals((await ada.seen()).length, 2 * WRITES_PER_PROCESS + 6);
      console.log(
        `  from a write in one process to its arrival in the other, at most: ` +
          `${Math.round(atOnce)} ms with ${2 * WRITES_PER_PROCESS} at once, ` +
          `${Math.round(alone)} ms with one alone`,
      );
      for (const { close } of both) await close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
