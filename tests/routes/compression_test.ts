// What is compressed, by the build and on the way out, as browsers and others get it.
import { assert, assertEquals, assertLess } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { APP } from "../support/app.ts";
import { textOf } from "../support/encoded.ts";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";

const get = (path: string, encodings?: string, method = "GET") =>
  app.send(
    new Request(APP + path, {
      method,
      headers: encodings ? { "accept-encoding": encodings } : {},
    }),
  );

/** Scripts and styles of a page, by their paths. */
async function assetsOf(path: string): Promise<string[]> {
  const html = await (await get(path)).text();
  return [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg)[^"]*)"/g)]
    .map(([, asset]) => asset);
}

test("scripts and styles go compressed to browsers that take it, and are the same (T25)", async () => {
  const assets = await assetsOf("/signin");
  assert(assets.some((path) => path.includes(".css")), assets.join());
  assert(assets.some((path) => path.includes(".js")), assets.join());
  for (const path of [...assets, "/sw.js"]) {
    const plain = await get(path);
    const small = await get(path, "gzip, deflate, br, zstd");
    const answers = [plain, small];
    for (const name of ["content-type", "cache-control", "etag"]) {
      const [one, other] = answers.map(({ headers }) => headers.get(name));
      assertEquals(one, other, name);
    }
    for (const { headers } of answers) {
      assert(headers.get("vary")?.includes("accept-encoding"), path);
    }
    assertEquals(plain.headers.get("content-encoding"), null);
    assertEquals(small.headers.get("content-encoding"), "br");
    const bytes = new Uint8Array(await small.arrayBuffer());
    assertEquals(small.headers.get("content-length"), String(bytes.length));
    assertEquals(
      new TextDecoder().decode(brotliDecompressSync(bytes)),
      await plain.text(),
    );
    const head = await get(path, "br", "HEAD");
    assertEquals([head.body, head.headers.get("content-encoding")], [
      null,
      "br",
    ]);
  }
});

test("who does not take brotli gets none, and what is no file of the build is left alone (T25)", async () => {
  for (const encodings of ["gzip", "br;q=0", "gzip, br; q=0.0", "brr", "*"]) {
    const answer = await get("/sw.js", encodings);
    assertEquals(answer.headers.get("content-encoding"), null, encodings);
    await answer.body?.cancel();
  }
  for (
    const path of ["/signin", "/healthz", "/../main.ts", "/styles/", "/%2e%2e/"]
  ) {
    const answer = await get(path, "br");
    assertEquals(answer.headers.get("content-encoding"), null, path);
    await answer.body?.cancel();
  }
});

const BROWSER = "gzip, deflate, br, zstd";

/** Somebody whose list of rooms, page of a room and pull of it are long. */
async function busy(): Promise<Person> {
  const ada = await app.signIn("Ada");
  for (let i = 0; i < 5; i++) {
    await ada.post("/api/rooms", { name: `Room ${i} of them` });
  }
  const mutations = Array.from({ length: 20 }, (_, i) => ({
    id: i + 1,
    clientID: `client-${ada.userID}`,
    name: "createMessage",
    args: { id: `${ada.userID}-${i}`, content: `What number ${i} says.` },
    timestamp: 0,
  }));
  const { status } = await ada.push("room:general", ada.userID, mutations);
  assertEquals(status, 200);
  return ada;
}

const pull = (person: Person, encodings: string, cookie: unknown = null) =>
  person.fetch("/api/replicache/pull?space=room:general", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "accept-encoding": encodings,
    },
    body: JSON.stringify({
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: `group-${person.userID}`,
      cookie,
    }),
  });

test("pages, error pages and JSON of a kilobyte go by gzip to browsers that take it, and are the same (T43)", async () => {
  const ada = await busy();
  const paths = ["/", "/rooms/general", "/rooms", "/settings", "/nothing"];
  for (const path of [...paths, "/rooms/general/people", "/api/rooms"]) {
    const ask = (encodings: string) =>
      ada.fetch(path, { headers: { "accept-encoding": encodings } });
    const [plain, small] = [await ask("identity"), await ask(BROWSER)];
    assertEquals(plain.status, small.status, path);
    for (const { headers } of [plain, small]) {
      assert(headers.get("vary")?.includes("accept-encoding"), path);
      assert(headers.has("content-security-policy"), path);
      assertEquals(headers.get("content-length"), null, path);
    }
    assertEquals(plain.headers.get("content-encoding"), null, path);
    assertEquals(small.headers.get("content-encoding"), "gzip", path);
    const text = await plain.text();
    const bytes = await small.bytes();
    assertLess(bytes.length, text.length / 2, path);
    // Nonces and forms' IDs differ each time.
    const stable = (text: string) =>
      text.replaceAll(/[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4,12}){4}/g, "…");
    assertEquals(
      stable(new TextDecoder().decode(gunzipSync(bytes))),
      stable(text),
    );
    const head = await ada.fetch(path, {
      method: "HEAD",
      headers: { "accept-encoding": BROWSER },
    });
    assertEquals([head.status, head.body], [small.status, null], path);
  }
});

test("the answer to a pull goes by gzip from a kilobyte on (T43)", async () => {
  const ada = await busy();
  const plain = await pull(ada, "identity");
  const small = await pull(ada, BROWSER);
  assertEquals(plain.headers.get("content-encoding"), null);
  assertEquals(small.headers.get("content-encoding"), "gzip");
  const whole = JSON.parse(await textOf(small));
  assertEquals(whole, await plain.json());
  const nothing = await pull(ada, BROWSER, whole.cookie);
  assertEquals(nothing.headers.get("content-encoding"), null);
  assertEquals((await nothing.json()).patch, []);
});

test("short answers, streams, pictures, and all for those who do not take gzip, go as they are (T43)", async () => {
  const ada = await busy();
  const asked: [string, string][] = [
    ["/api/session", BROWSER],
    ["/healthz", BROWSER],
    ["/icons/192.png", BROWSER],
    ["/api/replicache/poke?space=room:general", BROWSER],
    ...["", "br", "gzip;q=0", "*", "x-gzip"].map((
      encodings,
    ): [string, string] => ["/rooms/general", encodings]),
  ];
  for (const [path, encodings] of asked) {
    const headers = { "accept-encoding": encodings };
    const answer = await ada.fetch(path, { headers });
    assertEquals(answer.status, 200, path);
    assertEquals(answer.headers.get("content-encoding"), null, path);
    const isStream = path.includes("poke");
    const caching = answer.headers.get("cache-control") ?? "";
    assertEquals(caching.includes("no-transform"), isStream, path);
    await answer.body?.cancel();
  }
});
