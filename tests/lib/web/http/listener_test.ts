// The listener with a `Deno.serve` of the test's; `tests/abuse/connections_test.ts` has it at a real limit.
import { assertEquals } from "@std/assert";
import { listen } from "../../../../lib/web/http/listener.ts";
import { permitted } from "../../../support/permitted.ts";
import { quiet } from "../../../support/quiet.ts";

type Handler = Deno.ServeHandler<Deno.NetAddr>;

/** A server whose loop ends when the test says so; it knows of no request. */
function fakeServer(handler: Handler) {
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  return {
    handler,
    addr: { port: 7 },
    finished,
    end: () => reject(new Error("Too many open files (os error 24)")),
    shutdown: () => Promise.resolve(resolve()),
  };
}

Deno.test({
  name:
    "a stop waits for the requests on connections from before a new beginning, to the last byte (T47)",
  ignore: !permitted,
  async fn() {
    using _said = quiet();
    const { serve } = Deno;
    const servers: ReturnType<typeof fakeServer>[] = [];
    const begun = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    Deno.serve = ((_options: unknown, handler: Handler) => {
      servers.push(fakeServer(handler));
      begun[servers.length - 1].resolve();
      return servers.at(-1);
    }) as unknown as typeof serve;
    try {
      const listener = listen({}, () => new Response("an answer"));
      const { promise: completed, resolve: send } = Promise
        .withResolvers<void>();
      const info = { completed } as Deno.ServeHandlerInfo<Deno.NetAddr>;
      await servers[0].handler(new Request("http://app.test"), info);
      servers[0].end();
      await begun[1].promise;
      let isDown = false;
      const down = listener.shutdown().then(() => isDown = true);
      await listener.finished;
      await new Promise((resolve) => setTimeout(resolve));
      assertEquals(isDown, false);
      send();
      await down;
    } finally {
      Deno.serve = serve;
    }
  },
});
