// Asks a server on loopback by names that only this script resolves, and says what happened.
import { Outgoing } from "../../lib/web/http/outgoing.ts";

const folder = new URL("../fixtures/tls/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, folder));
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  cert: read("cert.pem"),
  key: read("key.pem"),
  onListen() {},
}, async (request) => {
  const { method, url, headers } = request;
  const { hostname, pathname, search } = new URL(url);
  const { byteLength } = await request.arrayBuffer();
  console.log(
    `asked for ${hostname}: ${method} ${pathname}${search}, ` +
      `${byteLength} bytes, topic ${headers.get("topic")}`,
  );
  return new Response("hello", {
    status: 201,
    headers: { "retry-after": "7" },
  });
});
const outgoing = new Outgoing(true, (name) => {
  console.log(`resolved ${name}`);
  return Promise.resolve(["127.0.0.1"]);
});
for (const name of ["push.test", "other.test"]) {
  const url = new URL(`https://${name}:${server.addr.port}/a/b?c`);
  try {
    const answer = await outgoing.post(
      url,
      { topic: "t" },
      new Uint8Array(5_000),
    );
    console.log(JSON.stringify(answer));
  } catch (error) {
    const isName = String(error).includes("not valid for name");
    console.log(
      `refused: ${isName ? "not the name of the certificate" : error}`,
    );
  }
}
await server.shutdown();
