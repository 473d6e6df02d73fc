// A stream that only seems to be open.
import { assertEquals } from "@std/assert";
import { Stream } from "../../../lib/replica/stream.ts";

Deno.test("A stream that says nothing for long is opened anew, and one that beats is not (R11)", async () => {
  const { fetch, setTimeout, Date } = globalThis;
  const { now } = Date;
  let time = 0;
  let asked = 0;
  let server!: ReadableStreamDefaultController<Uint8Array>;
  Date.now = () => time;
  Object.assign(globalThis, {
    fetch() {
      asked++;
      const body = new ReadableStream({ start: (it) => void (server = it) });
      return Promise.resolve(new Response(body));
    },
    setTimeout: (run: () => void) => queueMicrotask(run),
  });
  let opened = Promise.withResolvers<void>();
  const beat = Promise.withResolvers<void>();
  const stream = new Stream("ada", {
    onOpen: () => opened.resolve(),
    onBeat: () => beat.resolve(),
    onSaid() {},
    onBroken() {},
  });
  try {
    stream.carry(["s"], true);
    await opened.promise;
    opened = Promise.withResolvers();
    time += 40_000;
    server.enqueue(new TextEncoder().encode("event: beat\ndata: {}\n\n"));
    await beat.promise;
    time += 40_000;
    stream.look();
    assertEquals(asked, 1);
    time += 5_000;
    stream.look();
    await opened.promise;
    assertEquals(asked, 2);
  } finally {
    stream.close();
    Date.now = now;
    Object.assign(globalThis, { fetch, setTimeout });
  }
});
