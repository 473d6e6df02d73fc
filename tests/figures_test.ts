// What OpenTelemetry is told of the engine's work.
import { assert, assertEquals } from "@std/assert";
import { eventsOf } from "./support/events.ts";
import { permitted } from "./support/permitted.ts";
import { Person } from "./support/person.ts";
import { startServer } from "./support/server.ts";

/** One figure, as OTLP's JSON has it. */
type Point = {
  count?: string;
  sum?: number;
  asInt?: string;
  asDouble?: number;
};
type Metric = {
  name: string;
  histogram?: { dataPoints: Point[] };
  gauge?: { dataPoints: Point[] };
};

Deno.test({
  name:
    "OpenTelemetry is told of pushes in commits, how late pokes are, streams and memory (T57)",
  ignore: !permitted,
  async fn() {
    const figures = new Map<string, Point>();
    let told = Promise.withResolvers<void>();
    await using collector = Deno.serve(
      { port: 0, hostname: "localhost", onListen() {} },
      async (request) => {
        const text = await request.text();
        if (request.url.endsWith("/v1/metrics")) {
          const { resourceMetrics } = JSON.parse(text);
          for (const { scopeMetrics } of resourceMetrics) {
            for (const { metrics } of scopeMetrics) {
              for (const { name, histogram, gauge } of metrics as Metric[]) {
                const [point] = (histogram ?? gauge)?.dataPoints ?? [];
                if (point) figures.set(name, point);
              }
            }
          }
          told.resolve();
          told = Promise.withResolvers();
        }
        return Response.json({});
      },
    );
    await using server = await startServer({
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${collector.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: "100",
    });
    const ada = await Person.signIn(server.url, "Ada");
    await ada.post("/api/rooms/general/members", {});
    const stream = await ada.fetch(
      "/api/replicache/poke?space=room:general&space=directory",
    );
    const events = eventsOf(stream.body!.getReader());
    await events.next();
    const push = await ada.push("room:general", "g", [{
      id: 1,
      clientID: "c",
      name: "createMessage",
      timestamp: 1,
      args: { id: "m", content: "Hi" },
    }]);
    assertEquals(push.status, 200);
    const isThere = () =>
      figures.get("kvetch.commit.pushes")?.count === "1" &&
      Number(figures.get("kvetch.poke.latency")?.count) > 0 &&
      Number(figures.get("kvetch.streams")?.asDouble) === 1;
    while (!isThere()) await told.promise;
    assertEquals(figures.get("kvetch.commit.pushes")!.sum, 1);
    assert(figures.get("kvetch.poke.latency")!.sum! >= 0);
    assert(figures.get("kvetch.cache")!.asDouble! > 0);
    await events.return(undefined);
  },
});
