// How far one has read.
import { assertEquals } from "@std/assert";
import type { WriteTransaction } from "replicache";
import { roomMutators } from "../../../lib/chat/mutators.ts";
import { readSeqIn } from "../../../lib/chat/read_state.ts";
import type { Room } from "../../../lib/chat/schema.ts";

Deno.test("What one wrote oneself after all that one has read is read, too", async () => {
  const room = await written("bob", "ada", "ada");
  assertEquals(room.messageCount, 3);
  assertEquals(readSeqIn(room, "ada", 1), 3);
  assertEquals(readSeqIn(room, "ada", 2), 3);
});

Deno.test("What others wrote before or after it is not", async () => {
  assertEquals(readSeqIn(await written("bob", "ada"), "ada", 0), 0);
  assertEquals(readSeqIn(await written("ada", "bob"), "ada", 0), 1);
  assertEquals(readSeqIn(await written("ada", "bob", "ada"), "ada", 0), 1);
  assertEquals(readSeqIn(await written("ada", "bob", "ada"), "ada", 2), 3);
  assertEquals(readSeqIn(await written("ada"), "bob", 0), 0);
  assertEquals(readSeqIn({}, "ada", 1), 1);
});

Deno.test("A room remembers few runs, whoever writes", async () => {
  const { runs } = await written("ada", "bob", "bob", "ada", "eve", "ada");
  assertEquals(runs, [
    { by: "ada", from: 4, to: 4 },
    { by: "eve", from: 5, to: 5 },
    { by: "ada", from: 6, to: 6 },
  ]);
});

/** A room in which these have written, one after the other. */
async function written(...authors: string[]): Promise<Room> {
  const entries = new Map<string, unknown>([["room", { messageCount: 0 }]]);
  for (const name of authors) entries.set(`member/${name}`, { name });
  const tx = {
    location: "server",
    get: (key: string) => Promise.resolve(entries.get(key)),
    set: (key: string, value: unknown) =>
      Promise.resolve(void entries.set(key, value)),
  } as unknown as WriteTransaction;
  for (const [i, userID] of authors.entries()) {
    const { createMessage } = roomMutators({ userID, now: () => 0 });
    await createMessage(tx, { id: `m${i}`, content: "…" });
  }
  return entries.get("room") as Room;
}
