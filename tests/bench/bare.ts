// A floor for streams: plain `Deno.serve`, and a stream that sends one line and stays open.
import { linesOf } from "./process.ts";

if (import.meta.main) {
  const hello = new TextEncoder().encode("event: poke\ndata: {}\n\n");
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) => {
      if (url.endsWith("/healthz")) return Response.json({ ok: true });
      return new Response(
        new ReadableStream({ start: (stream) => stream.enqueue(hello) }),
        { headers: { "content-type": "text/event-stream" } },
      );
    },
  );
  console.log(JSON.stringify(server.addr.port));
  for await (const _ of linesOf(Deno.stdin.readable)) {
    /* until it is ended */
  }
}
