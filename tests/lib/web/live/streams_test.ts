// How many streams may be open: of a person, of an address, and of all.
import { assertEquals } from "@std/assert";
import { AddressBans } from "../../../../lib/web/auth/bans.ts";
import { Online } from "../../../../lib/web/live/online.ts";
import { Streams } from "../../../../lib/web/live/streams.ts";
import { Typing } from "../../../../lib/web/live/typing.ts";
import { LimitReached } from "../../../../lib/web/http/rate_limits.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import { Sync } from "../../../../lib/sync/mod.ts";

Deno.test("twenty addresses with many accounts can't take all streams: those that have few still get theirs (T18)", async () => {
  using kv = await Deno.openKv(":memory:");
  const sync = new Sync(kv, chatDomain);
  const streams = new Streams(
    kv,
    new Typing(kv, sync),
    new Online(kv, true),
    new AddressBans(kv),
    true,
    true,
  );
  await kv.set(["session", "s"], { userID: "u", expiresAt: Infinity });
  const ends: (() => void)[] = [];
  let people = 0;
  /** Opens as many from an address as there may be, by a new person each. */
  async function takeAll(address: string): Promise<number> {
    for (let taken = 0;; taken++) {
      const session = { sessionID: "s", userID: `u${people++}`, address };
      try {
        await streams.open(session, (hooks) => {
          ends.push(() => hooks.onEnd?.());
          return Promise.resolve(new ReadableStream());
        });
      } catch (error) {
        if (error instanceof LimitReached) return taken;
        throw error;
      }
    }
  }
  const greedy: number[] = [];
  for (let i = 0; i < 20; i++) greedy.push(await takeAll(`greedy${i}`));
  assertEquals(greedy.slice(0, 15), Array(15).fill(500));
  // The last part is left to others, fifty each.
  assertEquals(greedy.slice(15), Array(5).fill(50));
  assertEquals(await takeAll("modest"), 50);
  for (const end of ends) end();
});
