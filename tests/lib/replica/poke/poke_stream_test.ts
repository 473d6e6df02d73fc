// A stream that only seems to be open.
import { assertEquals } from "@std/assert";
import { PokeStream } from "../../../../lib/replica/poke/poke_stream.ts";

const SERVER = {
  url: (endpoint: string) => `/${endpoint}`,
  headers: () => ({}),
};

Deno.test("A stream that says nothing for long is opened anew as after a break, and one that beats is not (R11)", async () => {
  const { fetch, setTimeout, Date } = globalThis;
  const { now } = Date;
  let time = 0;
  let asked = 0;
  let broken = 0;
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
  const stream = new PokeStream(SERVER, "ada", {
    onOpen: () => opened.resolve(),
    onBeat: () => beat.resolve(),
    onEvent() {},
    onBroken: () => broken++,
  });
  try {
    stream.setSpaces(["s"], true);
    await opened.promise;
    opened = Promise.withResolvers();
    time += 40_000;
    server.enqueue(new TextEncoder().encode("event: beat\ndata: {}\n\n"));
    await beat.promise;
    time += 40_000;
    stream.checkAlive();
    assertEquals([asked, broken], [1, 0]);
    time += 5_000;
    stream.checkAlive();
    await opened.promise;
    assertEquals([asked, broken], [2, 1]);
  } finally {
    stream.close();
    Date.now = now;
    Object.assign(globalThis, { fetch, setTimeout });
  }
});

Deno.test("Behind something that lets no stream through, all is pulled now and then (R11, R13)", () => {
  const { fetch, setTimeout, Date } = globalThis;
  const { now } = Date;
  let time = 0;
  let broken = 0;
  Date.now = () => time;
  Object.assign(globalThis, {
    fetch: () => new Promise(() => {}),
    setTimeout: (run: () => void) => run(),
  });
  const stream = new PokeStream(SERVER, "ada", {
    onOpen() {},
    onBeat() {},
    onEvent() {},
    onBroken: () => broken++,
  });
  try {
    stream.setSpaces(["s"], true);
    for (time = 0; time <= 300_000; time += 10_000) stream.checkAlive();
    assertEquals(broken, 6);
  } finally {
    stream.close();
    Date.now = now;
    Object.assign(globalThis, { fetch, setTimeout });
  }
});
