// A server on loopback that hooks are told by: it takes all that comes.

export type HookRequest = { signature: string; text: string };

export class HookReceiver implements AsyncDisposable {
  readonly received: HookRequest[] = [];
  #news = Promise.withResolvers<void>();
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const signature = request.headers.get("x-kvetch-signature") ?? "";
      this.received.push({ signature, text: await request.text() });
      this.#news.resolve();
      this.#news = Promise.withResolvers();
      return new Response(null, { status: 204 });
    },
  );

  static start(): HookReceiver {
    return new HookReceiver();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/hook`;
  }

  /** Waits for one that is so. */
  async untilSome(is: (request: HookRequest) => boolean): Promise<void> {
    while (!this.received.some(is)) await this.#news.promise;
  }

  async [Symbol.asyncDispose]() {
    await this.#server.shutdown();
  }
}
