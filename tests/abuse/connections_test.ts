// More connections than there are file descriptors for: new ones are refused, and the process lives.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../support/permitted.ts";
import { Person } from "../support/person.ts";
import { startServer } from "../support/server.ts";

const OPEN_FILES = Deno.env.get("SOAK") ? 2_000 : 200;

Deno.test({
  name:
    "at the limit of file descriptors new connections are refused, open streams live on, and it listens again (T47)",
  ignore: !permitted,
  async fn() {
    await using server = await startServer({}, { openFiles: OPEN_FILES });
    const { hostname, port } = new URL(server.url);
    const ada = await Person.signIn(server.url, "Ada");
    const stream = await ada.fetch("/api/replicache/poke?space=room:general");
    const events = stream.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    assertMatch((await events.read()).value!, /poke/);

    const connections: Deno.Conn[] = [];
    let refused = 0;
    while (!server.output().includes("Too many open files")) {
      try {
        connections.push(await Deno.connect({ hostname, port: Number(port) }));
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        refused++;
      }
    }
    assert(connections.length < 2 * OPEN_FILES);
    while (refused === 0) {
      try {
        connections.push(await Deno.connect({ hostname, port: Number(port) }));
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        refused++;
      }
    }
    // It is alive: the stream still gets its beat.
    let text = "";
    while (!text.includes("event: beat")) {
      const { done, value } = await events.read();
      assert(!done, "The stream has ended");
      text += value;
    }
    for (const connection of connections) connection.close();
    while (!await isHealthy(server.url));
    await ada.post("/api/rooms/general/members", {});
    assertEquals((await ada.get("/api/rooms")).status, 200);
    await events.cancel();
    assertEquals(await server.stop(), 0);
  },
});

Deno.test({
  name: "it stops in order while new connections are refused (T47)",
  ignore: !permitted,
  async fn() {
    await using server = await startServer({}, { openFiles: OPEN_FILES });
    const { hostname, port } = new URL(server.url);
    const connections: Deno.Conn[] = [];
    while (!server.output().includes("Too many open files")) {
      const connection = await Deno.connect({ hostname, port: Number(port) })
        .catch(() => null);
      if (connection) connections.push(connection);
    }
    assertEquals(await server.stop(), 0);
    for (const connection of connections) connection.close();
  },
});

const isHealthy = (url: string): Promise<boolean> =>
  new Person(url).get("/healthz").then(
    ({ status }) => status === 200,
    () => false,
  );
