// A proxy that drops, doubles, delays and reorders pushes and pulls, and drops their answers.
import type { Random } from "./random.ts";

/** Parts of all requests that meet a fate, each from 0 to 1. */
export type Weather = {
  dropped: number;
  answerDropped: number;
  doubled: number;
  delayed: number;
  /** In milliseconds. */
  longest: number;
};

export const CALM: Weather = {
  dropped: 0,
  answerDropped: 0,
  doubled: 0,
  delayed: 0,
  longest: 0,
};

/** How many requests met which fate. */
export type Fates = Record<"passed" | keyof Omit<Weather, "longest">, number>;

/** A proxy in front of servers, which may change. */
export class BadNetwork implements AsyncDisposable {
  /** Where requests go, each to any of these; none while the server is down. */
  targets: string[] = [];
  weather = CALM;
  readonly fates: Fates = {
    passed: 0,
    dropped: 0,
    answerDropped: 0,
    doubled: 0,
    delayed: 0,
  };
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #passing = Promise.withResolvers<void>();
  readonly #late = new Set<Promise<unknown>>();

  constructor(private readonly random: Random) {
    this.#server = Deno.serve(
      {
        port: 0,
        hostname: "localhost",
        onListen() {},
        // A broken connection is what a network is for.
        onError: () => new Response(null, { status: 502 }),
      },
      (request) => this.#answer(request),
    );
  }

  get url(): string {
    return `http://localhost:${this.#server.addr.port}`;
  }

  /** Resolves once so many more pushes and pulls have passed. */
  async passes(more: number): Promise<void> {
    const enough = this.fates.passed + more;
    while (this.fates.passed < enough) await this.#passing.promise;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const { method } = request;
    // `fetch` would take the compression off and leave its header.
    const headers = new Headers(request.headers);
    headers.set("accept-encoding", "identity");
    const isSync = /\/(push|pull)$/.test(pathname);
    const body = method === "GET" ? undefined : await request.bytes();
    const send = async (): Promise<Response> => {
      if (this.targets.length === 0) throw new TypeError("The server is down.");
      const url = this.random.pick(this.targets) + pathname + search;
      const answer = await fetch(url, { method, headers, body });
      // What is not a stream is read whole: it is answered or it is not.
      const whole = isSync ? await answer.bytes() : answer.body;
      return new Response(whole, answer);
    };
    if (!isSync) return await send();
    return await this.#suffer(send);
  }

  async #suffer(send: () => Promise<Response>): Promise<Response> {
    const { random, fates } = this;
    const { dropped, answerDropped, doubled, delayed } = this.weather;
    if (random.chance(delayed)) {
      fates.delayed++;
      await this.#wait();
    }
    if (random.chance(dropped)) {
      fates.dropped++;
      return this.#broken();
    }
    if (random.chance(doubled)) {
      fates.doubled++;
      const again = this.#wait().then(send)
        .then((answer) => answer.body?.cancel())
        .catch(() => {}) // nobody waits for it
        .finally(() => this.#late.delete(again));
      this.#late.add(again);
    }
    const answer = await send();
    if (random.chance(answerDropped)) {
      fates.answerDropped++;
      return this.#broken();
    }
    fates.passed++;
    this.#passing.resolve();
    this.#passing = Promise.withResolvers();
    return answer;
  }

  /** An answer that breaks off, or one from a proxy that has none. */
  #broken(): Response {
    if (this.random.chance(0.5)) return new Response(null, { status: 502 });
    const cut = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('{"cook'));
        controller.error(new Error("The connection is gone."));
      },
    });
    return new Response(cut);
  }

  #wait(): Promise<void> {
    const ms = this.random.below(this.weather.longest);
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#late);
    await this.#server.shutdown();
  }
}
