// Bodies that break off: their senders are gone, which is no error of the server.
import { assertEquals } from "@std/assert";
import { permitted } from "../support/permitted.ts";
import { Person } from "../support/person.ts";
import { breakOff } from "../support/raw_http.ts";
import { startServer } from "../support/server.ts";

const FORM = "application/x-www-form-urlencoded";
const PATHS: [path: string, type: string][] = [
  ["/signin", FORM],
  ["/signin", "multipart/form-data; boundary=x"],
  ["/", FORM],
  ["/new", FORM],
  ["/settings", FORM],
  ["/rooms/general/people", FORM],
  ["/api/session", "application/json"],
  ["/api/rooms", "application/json"],
  ["/api/rooms/general/members", "application/json"],
  ["/api/replicache/push?space=room:general", "application/json"],
  ["/api/replicache/pull?space=room:general", "application/json"],
];
type Broken = [headers: Record<string, string>, part: string];
const BROKEN: Broken[] = [
  [{ "Content-Length": "100" }, "name="],
  [{ "Transfer-Encoding": "chunked" }, "5\r\nname=\r\n9\r\nx"],
];
/** Large enough to be read in pieces, and too large for a form. */
const LARGE: Broken = [{ "Content-Length": "100000" }, "name="];

Deno.test({
  name:
    "a body that breaks off is answered 400, and nothing is in the error log (T7)",
  ignore: !permitted,
  async fn() {
    await using server = await startServer();
    const ada = await Person.signIn(server.url, "Ada");
    let sent = 0;
    for (const [path, type] of PATHS) {
      const isJSON = type === "application/json";
      for (const [headers, part] of isJSON ? [...BROKEN, LARGE] : BROKEN) {
        sent++;
        const all = { ...headers, Cookie: ada.cookie, "Content-Type": type };
        await breakOff(server.url, `POST ${path}`, all, part);
      }
    }
    const lines = () => server.output().split("\n").filter(Boolean);
    const statuses = () =>
      lines().filter((line) => line.includes('"POST"'))
        .map((line): number => JSON.parse(line).status);
    while (statuses().length < sent + 1) await ada.get("/healthz");
    const [signedIn, ...others] = statuses();
    assertEquals(signedIn, 200);
    assertEquals(others, others.map(() => 400));
    assertEquals(await server.stop(), 0);
    // The two lines of the start, and one for each request.
    const said = lines().filter((line) => !line.startsWith('{"time"'));
    assertEquals(said.length, 2, said.join("\n"));
  },
});
