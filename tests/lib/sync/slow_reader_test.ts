// A reader that stops reading, over a real connection: it is dropped before it fills our memory.
import { assert, assertEquals } from "@std/assert";
import { SyncError } from "../../../lib/sync/mod.ts";
import { openSync } from "../../support/counter_domain.ts";
import { permitted } from "../../support/permitted.ts";

const always = () => Promise.resolve(true);
const MiB = 1024 * 1024;
const EVENT = "x".repeat(64 * 1024);
/** More than sockets hold between two processes, and far less than a reader may cost. */
const MAX_MEMORY = 64 * MiB;

Deno.test({
  name:
    "poke() drops a reader whose connection takes no more, and keeps the others (K4)",
  ignore: !permitted,
  async fn() {
    await using it = await openSync();
    const { sync } = it;
    const broken: unknown[] = [];
    const onError = (error: unknown) => {
      broken.push(error);
      return new Response(null, { status: 500 });
    };
    const server = Deno.serve(
      { port: 0, hostname: "localhost", onListen() {}, onError },
      async () => new Response(await sync.poke(["s"], always)),
    );
    const { port } = server.addr;
    const idle = await Deno.connect({ port, hostname: "localhost" });
    await idle.write(
      new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    );
    await idle.read(new Uint8Array(1_000)); // its first poke, and no more
    const good = await fetch(`http://localhost:${port}`);
    const reader = good.body!.getReader();
    let heard = 0;
    const hear = async (least: number) => {
      while (heard < least) heard += (await reader.read()).value!.length;
    };
    await hear(1);
    assertEquals(sync.streams, 2);

    let told = 0;
    for (; sync.streams === 2; told += EVENT.length) {
      assert(told < MAX_MEMORY, `${told} bytes were kept for it`);
      sync.broadcast("s", "news", EVENT);
      await hear(told + EVENT.length); // who reads has all of it
    }
    assertEquals(sync.streams, 1);
    sync.broadcast("s", "news", EVENT);
    await hear(told + EVENT.length);

    idle.close();
    await reader.cancel();
    await server.shutdown();
    assertEquals(sync.streams, 0);
    // Broken off on purpose: nobody has to look.
    assertEquals(broken.map((error) => error instanceof SyncError), [true]);
  },
});
