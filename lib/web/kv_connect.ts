// A `Deno.Kv` on a KV server, over KV Connect, by its official client for npm.
import type { Kv, KvEntryMaybe, KvKey } from "@deno/kv";
import { deserialize, serialize } from "node:v8";
import { inTime, TIMEOUT_MS } from "./store.ts";

/** A watch that says nothing for so long, in ms, is dead: denokv says something every 5 s. */
const MAX_SILENCE_MS = 15_000;

type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Opens the KV of a server, `url`, whose token is the environment variable
 * `DENO_KV_ACCESS_TOKEN`. It has all of `Deno.Kv` but queues and
 * `commitVersionstamp`. Rejects when the server is away, or refuses the token.
 *
 * `Deno.openKv` speaks the same protocol, and its requests of more than 1,100
 * bytes wait for 44 ms: head and body go out apart, without TCP_NODELAY. While
 * the server is away it writes some lines a second for each watch. The client
 * for npm goes by `fetch`; a server that is killed ends the process there by
 * way of `watch`, in a promise that nobody can catch, but not by its raw form.
 */
export async function connectKv(url: string): Promise<Deno.Kv> {
  const kv = await connect(
    url,
    (url, init) => inTime(wholeAnswer(url, init)),
  );
  const watches = new Set<End>();
  const closeAll = kv.close.bind(kv);
  const close = () => {
    for (const end of watches) end(new Error("The KV was closed"));
    closeAll();
  };
  const watch = (keys: readonly KvKey[]) => follow(url, keys, watches);
  return Object.assign(kv, { watch, close }) as unknown as Deno.Kv;
}

async function connect(url: string, fetcher: Fetcher): Promise<Kv> {
  // Only here: it looks for a native module, which a KV over the network does not need.
  const { openKv: open } = await import("@deno/kv");
  const options = {
    implementation: "remote" as const,
    encodeV8: serialize,
    decodeV8: deserialize,
    fetcher: fetcher as typeof fetch,
    // A commit that was tried again by itself could be told that its own check failed.
    maxRetries: 0,
  };
  return await open(url, options);
}

/** An answer with all of its body: read later, it could break off and never end. */
async function wholeAnswer(url: string, init: RequestInit): Promise<Response> {
  const response = await reach(url, init, AbortSignal.timeout(TIMEOUT_MS));
  const whole = new Response(await response.bytes(), response);
  // The client finds what else the server has by it.
  return Object.defineProperty(whole, "url", { value: response.url });
}

/**
 * As `fetch`, with errors that say what could not be reached, and why, and, as
 * those of `Deno.Kv`, that a commit is more than the KV takes.
 */
async function reach(
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(url, { ...init, signal }).catch((error) => {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new Error(`no answer from the KV server (${why})`, { cause: error });
  });
  if (response.status === 400 && url.endsWith("/atomic_write")) {
    const what = await response.text();
    if (/too (large|many)|exceeds/i.test(what)) {
      throw new TypeError(`This is too large for the KV server: ${what}`);
    }
    throw new Error(`the KV server refuses it (${what})`);
  }
  return response;
}

type Entries = KvEntryMaybe<unknown>[];
type End = (reason: Error) => void;

/**
 * Watches keys by a client of its own, which goes with it: what the client
 * remembers of a watch it never forgets. A watch that the server ends, or that
 * is silent, fails. Of what comes while nobody reads, the last is given.
 */
function follow(
  url: string,
  keys: readonly KvKey[],
  watches: Set<End>,
): ReadableStream<Entries> {
  const request = new AbortController();
  let body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let why: Error | undefined;
  const end: End = (reason) => {
    why ??= reason;
    request.abort(reason);
    // The signal may not reach it: Deno leaves it to the garbage collector once there is an answer.
    body?.cancel().catch(() => {}); // it may be broken already
  };
  watches.add(end);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expectNews = () => {
    clearTimeout(timer);
    const silent = new Error("The KV server has fallen silent");
    timer = setTimeout(() => end(silent), MAX_SILENCE_MS);
  };

  const fetcher: Fetcher = async (url, init) => {
    expectNews();
    const response = await reach(url, init, request.signal);
    if (!url.endsWith("/watch") || !response.body) return response;
    const reader = body = response.body.getReader();
    if (why) end(why); // it came just before
    const heard = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await reader.read();
        // Of an end the client would wait ever longer before it asks again.
        if (done) throw why ?? new Error("The KV server has ended a watch");
        expectNews();
        controller.enqueue(value);
      },
      cancel: () => reader.cancel(),
    }, { highWaterMark: 0 });
    return new Response(heard, response);
  };

  let latest: Entries;
  let news = Promise.withResolvers<void>();
  const read = async () => {
    const kv = await connect(url, fetcher);
    for await (const entries of kv.watch([...keys], { raw: true })) {
      latest = entries;
      news.resolve();
    }
  };
  return new ReadableStream({
    start(controller) {
      read().catch((error) => controller.error(error)).finally(() => {
        clearTimeout(timer);
        watches.delete(end);
      });
    },
    async pull(controller) {
      await news.promise;
      news = Promise.withResolvers();
      controller.enqueue(latest);
    },
    cancel: () => end(new Error("The watch was cancelled")),
  }, { highWaterMark: 0 });
}
