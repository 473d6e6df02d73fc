// The network between an app and its KV server: fine, slow, or cut.

export class KvLink implements AsyncDisposable {
  /** How long everything is on its way, in ms. */
  latency = 0;
  readonly #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>;
  #mended = Promise.resolve();
  #mend = () => {};

  /** @param target the server's URL */
  constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#serving = this.#serve({ hostname, port: Number(port) });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** From now on nothing passes, and nobody is told: connections stay, new ones too. */
  cut(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#mended = promise;
    this.#mend = resolve;
  }

  mend(): void {
    this.#mend();
  }

  /** Breaks all connections. */
  reset(): void {
    for (const each of this.#connections) close(each);
  }

  async #serve(target: Deno.ConnectOptions): Promise<void> {
    for await (const near of this.#listener) {
      near.setNoDelay();
      this.#connections.add(near);
      this.#join(near, target).finally(() => {
        this.#connections.delete(near);
        close(near);
      });
    }
  }

  async #join(near: Deno.TcpConn, target: Deno.ConnectOptions): Promise<void> {
    await this.#mended;
    const far = await Deno.connect(target).catch(() => undefined);
    if (!far) return; // the server is down
    far.setNoDelay();
    await Promise.race([this.#pump(near, far), this.#pump(far, near)]);
    close(far);
  }

  /** Passes on what comes, until either side ends. */
  async #pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const length = await from.read(buffer);
        if (length === null) return;
        if (this.latency > 0) {
          await new Promise((resolve) => setTimeout(resolve, this.latency));
        }
        await this.#mended;
        for (let at = 0; at < length;) {
          at += await to.write(buffer.subarray(at, length));
        }
      }
    } catch { // it was broken off
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mend();
    close(this.#listener);
    this.reset();
    await this.#serving;
  }
}

function close(what: { close(): void }): void {
  try {
    what.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
