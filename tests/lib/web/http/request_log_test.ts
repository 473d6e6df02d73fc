// The log of requests: what is in a line, and what never is.
import { assertEquals } from "@std/assert";
import { RequestLog } from "../../../../lib/web/http/request_log.ts";

const INFO = {} as Deno.ServeHandlerInfo;

Deno.test("each request is one line of JSON, without query, cookie, body or secret (T24)", async () => {
  const printed: string[] = [];
  const log = new RequestLog((lines) => printed.push(...lines.split("\n")));
  const fetch = log.logged(() => new Response("hush", { status: 201 }));
  const paths = [
    "/api/rooms?space=hush",
    "/link/hush",
    "/invite/general/hush",
    "//link/hush",
    "/%6Cink/hush",
    "/Link/hush",
    "/x/invite/general/hush/hush",
    "/rooms/general",
  ];
  for (const path of paths) {
    const request = new Request(`http://app.test${path}`, {
      method: "POST",
      headers: { cookie: "session=hush" },
      body: "hush",
    });
    await fetch(request, INFO);
  }
  log.flush();
  assertEquals(printed.filter((line) => line.includes("hush")), []);
  const lines = printed.map((line) => JSON.parse(line));
  assertEquals(
    lines.map(({ method, path, status }) => [method, path, status]),
    [
      ["POST", "/api/rooms", 201],
      ["POST", "/link/…", 201],
      ["POST", "/invite/general/…", 201],
      ["POST", "…", 201],
      ["POST", "…", 201],
      ["POST", "/Link/…", 201],
      ["POST", "/x/invite/general/…", 201],
      ["POST", "/rooms/general", 201],
    ],
  );
  for (const { time, ms } of lines) {
    assertEquals([new Date(time).toISOString(), ms >= 0], [time, true]);
  }
});

Deno.test("lines are printed without being asked for, and only once", async () => {
  const printed = Promise.withResolvers<string>();
  const log = new RequestLog(printed.resolve);
  const fetch = log.logged(() => new Response());
  await fetch(new Request("http://app.test/"), INFO);
  const line = await printed.promise;
  assertEquals(JSON.parse(line).path, "/");
  log.flush();
});
