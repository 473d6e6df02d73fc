// A KV server that does what denokv does not do when it is asked to: it falls silent, and ends what should go on.
import { assertEquals, assertRejects } from "@std/assert";
import { connectKv } from "../../../lib/web/kv_connect.ts";
import { permitted } from "../../support/permitted.ts";

type Answer = () => Response | Promise<Response>;

/** Connects to a server that answers as it is told, by the last part of the path. */
async function connectTo(answers: Record<string, Answer>) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      await request.bytes();
      const name = new URL(request.url).pathname.split("/").at(-1)!;
      return await (name === "" ? metadata : answers[name])();
    },
  );
  Deno.env.set("DENO_KV_ACCESS_TOKEN", "a-token-of-the-tests");
  const kv = await connectKv(`http://127.0.0.1:${server.addr.port}`);
  return {
    kv,
    async [Symbol.asyncDispose]() {
      kv.close();
      await server.shutdown();
    },
  };
}

const metadata: Answer = () =>
  Response.json({
    version: 3,
    databaseId: crypto.randomUUID(),
    endpoints: [{ url: "/v2", consistency: "strong" }],
    token: "t",
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });

/** What a watch of one key that is not there begins with: changed, and no entry. */
const FIRST_ITEM = new Uint8Array([6, 0, 0, 0, 8, 1, 18, 2, 8, 1]);

/** The answer to a watch, and what ends it. */
function watchAnswer() {
  let stream: ReadableStreamDefaultController<Uint8Array>;
  const answer: Answer = () =>
    new Response(
      new ReadableStream({
        start(controller) {
          stream = controller;
          controller.enqueue(FIRST_ITEM);
        },
      }),
      { headers: { "content-type": "application/octet-stream" } },
    );
  return { answer, end: () => stream.close() };
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !permitted, fn });
}

test("a watch that the server ends fails, so that it is opened anew (T53)", async () => {
  const { answer, end } = watchAnswer();
  await using it = await connectTo({ watch: answer });
  const items = it.kv.watch([["a"]]).getReader();
  assertEquals((await items.read()).value?.[0].versionstamp, null);
  end();
  await assertRejects(() => items.read(), Error, "ended a watch");
});

test("a watch that falls silent fails (T53)", async () => {
  const { setTimeout } = globalThis;
  const { answer, end } = watchAnswer();
  await using it = await connectTo({ watch: answer });
  let last = () => {};
  globalThis.setTimeout = ((silent: () => void) => {
    last = silent;
    return 0;
  }) as typeof setTimeout;
  try {
    const items = it.kv.watch([["a"]]).getReader();
    await items.read();
    last(); // the time has passed
    await assertRejects(() => items.read(), Error, "silent");
  } finally {
    globalThis.setTimeout = setTimeout;
    end();
  }
});

test("what the server does not answer fails in time, and what it answers with an error, too (T53)", async () => {
  const late = Promise.withResolvers<Response>();
  await using it = await connectTo({
    snapshot_read: () => late.promise,
    atomic_write: () => new Response("Out of order", { status: 503 }),
  });
  const { kv } = it;
  const { timeout } = AbortSignal;
  AbortSignal.timeout = () => timeout(10);
  try {
    await assertRejects(() => kv.get(["a"]), Error, "no answer");
  } finally {
    AbortSignal.timeout = timeout;
    late.resolve(new Response());
  }
  await assertRejects(() => kv.set(["a"], 1), Error, "Out of order");
});

test("an answer that begins and never ends fails in time, and a refusal of other cause is not taken for one of size (T53)", async () => {
  const { answer, end } = watchAnswer();
  await using it = await connectTo({
    snapshot_read: answer,
    atomic_write: () => new Response("Writes are off", { status: 400 }),
  });
  const { kv } = it;
  const { setTimeout } = globalThis;
  globalThis.setTimeout =
    ((late: () => void) => setTimeout(late, 10)) as typeof setTimeout;
  try {
    await assertRejects(() => kv.get(["a"]), Error, "is away");
  } finally {
    globalThis.setTimeout = setTimeout;
    end();
  }
  const error = await assertRejects(() => kv.set(["a"], 1), Error, "are off");
  assertEquals(error instanceof TypeError, false);
});
