// What this project relies on in Fresh's builds: file routes, islands, static files.
import { fileURLToPath } from "node:url";
import type { Builder } from "fresh/dev";
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { permitted } from "../support/permitted.ts";

const root = new URL("./fixture/", import.meta.url);

interface Server {
  fetch(request: Request): Promise<Response>;
}

/** The builder loads esbuild, which plain `deno test` may not even import. */
async function builder(): Promise<Builder> {
  const { Builder } = await import("fresh/dev");
  const ignore = [/islands[\\/]parts[\\/]/];
  const builder = new Builder({ root: fileURLToPath(root), ignore });
  builder.onTransformStaticFile(
    { pluginName: "shout", filter: /shouted\.txt$/ },
    ({ text }) => Promise.resolve({ content: text.toUpperCase() }),
  );
  return builder;
}

let building: Promise<Server> | undefined;

/** Builds the fixture once and serves it as production does. */
function built(): Promise<Server> {
  return building ??= (async () => {
    await (await builder()).build();
    const { default: server } = await import(
      new URL("_fresh/server.js", root).href
    );
    return server;
  })();
}

/** Asks the built fixture for a path. */
async function ask(path: string, init?: RequestInit) {
  const server = await built();
  const response = await server.fetch(
    new Request(`http://localhost${path}`, init),
  );
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

/** A test of the built fixture. esbuild's process may outlive the first one. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: !permitted,
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

/** The script that boots a page's islands, and the URLs that it imports. */
function bootOf(html: string): { script: string; urls: string[] } {
  const [, script] = html.match(
    /<script type="module"[^>]*>(.*?)<\/script>/s,
  ) ?? [];
  assert(script, "the page has a module script");
  const urls = [...script.matchAll(/from\s*"([^"]+)"/g)].map(([, url]) => url);
  return { script, urls };
}

/** All scripts that a page's islands can load, by URL. */
async function scriptsOf(
  html: string,
  load: (url: string) => Promise<string> = async (url) => (await ask(url)).text,
): Promise<Map<string, string>> {
  const scripts = new Map<string, string>();
  const queue = bootOf(html).urls;
  for (const url of queue) {
    if (scripts.has(url)) continue;
    const text = await load(url);
    scripts.set(url, text);
    for (const [, name] of text.matchAll(/["'](\.\/[\w-]+\.js)["']/g)) {
      queue.push(new URL(name, `http://localhost${url}`).pathname);
    }
  }
  return scripts;
}

test("A page is rendered inside _app, which sees the request", async () => {
  const { status, headers, text } = await ask("/plain");
  assertEquals(status, 200);
  assertEquals(headers.get("Content-Type"), "text/html; charset=utf-8");
  assertMatch(text, /^<!DOCTYPE html><html lang="en"><head>/);
  assertStringIncludes(text, "<title>Fixture /plain</title>");
  assertMatch(text, /<main>.*<\/main>.*<\/body><\/html>$/s);
});

test("A page without islands ships no script of the framework", async () => {
  const { text } = await ask("/plain");
  assertFalse(text.includes('type="module"'));
  assertFalse(text.includes("/_fresh/"));
});

test("Handlers give data, status and headers to an async page", async () => {
  const { status, headers, text } = await ask("/rooms/7");
  assertEquals([status, headers.get("X-Room")], [203, "7"]);
  assertStringIncludes(text, "Room 7 7 app,root GET");
});

test("An async page may answer itself", async () => {
  const { status, headers, text } = await ask("/rooms/moved");
  assertEquals([status, headers.get("Location"), text], [303, "/rooms/7", ""]);
});

test("A handler of a page that returns nothing is an error", async () => {
  const { status, text } = await ask("/rooms/7", { method: "PATCH" });
  assertEquals(status, 500);
  assertStringIncludes(text, "Sorry: unexpected");
});

test("A literal path wins over a dynamic one", async () => {
  assertStringIncludes((await ask("/rooms/new")).text, "A new room");
  assertStringIncludes((await ask("/rooms/newer")).text, "Room newer");
});

test("Middleware files apply to their folder and all below it", async () => {
  assertEquals(
    (await ask("/api/trail")).text,
    '["app","root","api 1","api 2"]',
  );
  const deep = await ask("/api/deep", { method: "PATCH" });
  assertEquals(deep.text, '["app","root","api 1","api 2","deep"]');
  assertEquals(deep.headers.get("X-After"), "root");
});

test("Middleware files do not apply to routes of main.ts that came before", async () => {
  const { text, headers } = await ask("/only/this");
  assertEquals([text, headers.get("X-After")], ['["app","only"]', null]);
});

test("A method that a route file lacks is 404", async () => {
  assertEquals((await ask("/api/trail", { method: "DELETE" })).status, 204);
  assertEquals((await ask("/api/trail", { method: "PUT" })).status, 404);
  assertEquals((await ask("/rooms/7", { method: "PUT" })).status, 404);
});

test("HEAD is answered as GET, and a page without handlers answers any method", async () => {
  const head = await ask("/rooms/7", { method: "HEAD" });
  assertEquals([head.status, head.text], [203, ""]);
  assertEquals((await ask("/plain", { method: "POST" })).status, 200);
});

test("A form may be answered with a redirect", async () => {
  const body = new URLSearchParams({ to: "evil.example" });
  const { status, headers } = await ask("/rooms/7", { method: "POST", body });
  assertEquals([status, headers.get("Location")], [
    303,
    "/evil.example/x?y=//z",
  ]);
});

test("_error answers for what is thrown and for unknown paths, inside _app", async () => {
  const gone = await ask("/rooms/gone");
  assertEquals(gone.status, 404);
  assertStringIncludes(gone.text, "Sorry: 404 no such room at /rooms/gone");
  assertStringIncludes(gone.text, "<title>Fixture /rooms/gone</title>");
  const boom = await ask("/boom");
  assertEquals(boom.status, 500);
  assertStringIncludes(boom.text, "Sorry: unexpected");
  assertFalse(boom.text.includes("secret"));
  const unknown = await ask("/unknown");
  assertEquals(unknown.status, 404);
  assertStringIncludes(unknown.text, "Sorry: 404");
});

test("On the page of the root's _error, the root's middlewares have no say", async () => {
  const { headers } = await ask("/rooms/gone");
  assertEquals(headers.get("X-After"), null);
  assertEquals(headers.get("Content-Security-Policy"), null);
});

test("_error does not answer for routes that were added before the files", async () => {
  const { status, text } = await ask("/teapot");
  assertEquals([status, text], [418, "short and stout"]);
});

test("Islands are rendered on the server, whatever folder they are in", async () => {
  const { text } = await ask("/");
  const html = text.replaceAll(/<!--.*?-->/gs, "");
  assertMatch(html, /<button[^>]*disabled[^>]*>first: 3<\/button>/);
  assertMatch(html, /<button[^>]*>second: 3<\/button>/);
  assertStringIncludes(html, "<output>6</output>");
  assertMatch(html, /<section><button[^>]*>inner: 10<\/button><\/section>/);
  assertStringIncludes(html, ">a bigint 1970-01-01T00:00:00.000Z</pre>");
});

test("One inline script boots the islands, under the page's nonce", async () => {
  const { headers, text } = await ask("/");
  const policy = headers.get("Content-Security-Policy")!;
  const [, nonce] = policy.match(/script-src 'self' 'nonce-(\w+)'/)!;
  const scripts = text.match(/<script[^>]*>/g);
  assertEquals(scripts, [`<script type="module" nonce="${nonce}">`]);
  const { urls } = bootOf(text);
  for (const name of ["fresh-runtime", "Counter", "Show", "Outer"]) {
    assert(urls.some((url) => url.endsWith(`/${name}.js`)), name);
  }
});

test("Props cannot break out of their script", async () => {
  const { script } = bootOf((await ask("/")).text);
  assertFalse(/<\/|<!--/.test(script.replaceAll(/import.*?;/g, "")));
  assertStringIncludes(script, "script>");
});

browserTest(
  "Props arrive as they were, a signal of two islands as one",
  async (device) => {
    const { fetch } = await built();
    await using server = Deno.serve(
      { port: 0, hostname: "localhost", onListen() {} },
      fetch,
    );
    const page = await device(`http://localhost:${server.addr.port}`);
    await page.goto("/");
    // The last two, so that all before them had their turn. The first of them
    // has a name in its props that upstream drops.
    await page.locator("pre[title=names][data-alive=true]").waitFor();
    const shown = page.locator("pre[data-alive=true]").last();
    await shown.getByText("a bigint 1970-01-01T00:00:00.000Z").waitFor();
    assertEquals(
      await shown.getAttribute("title"),
      "</script><!-- \u2028 </style>",
    );
    await page.getByRole("button", { name: "first: 3" }).click();
    await page.getByRole("button", { name: "first: 4" }).waitFor();
    await page.getByRole("button", { name: "second: 4" }).waitFor();
    await page.getByRole("button", { name: "inner: 10" }).waitFor();
    assertEquals(await page.locator("output").textContent(), "6");
  },
);

test("Props that cannot travel are an error", async () => {
  assertEquals((await ask("/broken")).status, 500);
});

test("Bundles are minified, hold Preact once and nothing of the server", async () => {
  const scripts = await scriptsOf((await ask("/")).text);
  const code = [...scripts.values()];
  // Only the core of Preact makes elements.
  const copies = code.filter((text) => text.includes("createElementNS"));
  assertEquals(copies.length, 1);
  for (const text of code) {
    assertFalse(/\bDeno\./.test(text));
    assertFalse(text.includes("process.env"));
    assertFalse(/\n {2}/.test(text));
  }
});

test("A dynamic import of an island is a chunk of its own", async () => {
  const { text } = await ask("/");
  const scripts = await scriptsOf(text);
  const late = [...scripts].filter(([, code]) => code.includes("came late"));
  assertEquals(late.length, 1);
  assertFalse(bootOf(text).urls.includes(late[0][0]));
});

test("Built scripts may be kept for a year", async () => {
  const { urls } = bootOf((await ask("/")).text);
  const { headers } = await ask(urls[0]);
  assertEquals(
    headers.get("Cache-Control"),
    "public, max-age=31536000, immutable",
  );
  assertMatch(headers.get("Content-Type")!, /^text\/javascript/);
});

test("A static file comes with its type and an ETag, to be asked for again", async () => {
  const { status, headers, text } = await ask("/styles.css");
  assertEquals(status, 200);
  assertMatch(headers.get("Content-Type")!, /^text\/css/);
  assertStringIncludes(headers.get("Cache-Control")!, "no-cache");
  assertStringIncludes(text, "body {");
  const etag = headers.get("ETag")!;
  assertMatch(etag, /^W\/".+"$/);
  const again = await ask("/styles.css", {
    headers: { "If-None-Match": etag },
  });
  assertEquals([again.status, again.text], [304, ""]);
  const other = await ask("/dot.svg", { headers: { "If-None-Match": etag } });
  assertEquals(other.status, 200);
});

test("A static file goes through the transforms that ask for it, others stay as they are", async () => {
  assertEquals((await ask("/shouted.txt")).text, "SAID QUIETLY\n");
  assertStringIncludes((await ask("/styles.css")).text, "body {");
});

test("HEAD of a static file has its length, other methods are 405", async () => {
  const head = await ask("/dot.svg", { method: "HEAD" });
  assertEquals([head.status, head.text], [200, ""]);
  assertGreater(Number(head.headers.get("Content-Length")), 0);
  assertEquals(head.headers.get("Content-Type"), "image/svg+xml");
  const post = await ask("/dot.svg", { method: "POST" });
  assertEquals(post.status, 405);
});

test("A locked URL may be kept for a year; one of another build redirects", async () => {
  const { text } = await ask("/plain");
  const [, href] = text.match(/href="(\/styles\.css\?[^"]+)"/)!;
  const { headers } = await ask(href);
  assertEquals(
    headers.get("Cache-Control"),
    "public, max-age=31536000, immutable",
  );
  const stale = await ask("/styles.css?a=1&__frsh_c=stale");
  assertEquals(stale.status, 307);
  assertEquals(stale.headers.get("Location"), "/styles.css?a=1");
});

test("Odd names and .well-known are served, hidden files are not", async () => {
  for (
    const path of ["/a%20b,%C3%BC.txt", "/a%20b%2C%c3%bc.txt", "/a b,ü.txt"]
  ) {
    assertEquals((await ask(path)).text.trim(), "über", path);
  }
  assertEquals((await ask("/%ff.txt")).status, 404);
  const icon = await ask("/favicon.ico");
  assertEquals([icon.status, icon.text], [404, ""]);
  assertEquals((await ask("/.well-known/thing.json")).text.trim(), "{}");
  assertEquals((await ask("/.hidden")).status, 404);
  assertEquals((await ask("/..%2fmain.ts")).status, 404);
});

test("A build is served without permission to write or to run", async () => {
  await built();
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-read",
      "--allow-env",
      "--no-prompt",
      "serve.ts",
      "/",
    ],
    cwd: root,
  });
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  assertStringIncludes(text, "200 <!DOCTYPE html>", String(stderr));
});

test("In development scripts are readable and nothing is kept", async () => {
  const probe = Deno.listen({ port: 0 });
  const { port } = probe.addr;
  probe.close();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "dev.ts", String(port)],
    cwd: root,
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const html = await eventually(`http://localhost:${port}/`);
    const headers: Headers[] = [];
    const scripts = await scriptsOf(html, async (path) => {
      const response = await fetch(`http://localhost:${port}${path}`);
      headers.push(response.headers);
      return await response.text();
    });
    const code = [...scripts.values()].join("\n");
    assertStringIncludes(code, "function Counter(");
    for (const each of headers) {
      assertStringIncludes(each.get("Cache-Control")!, "no-cache");
    }
  } finally {
    child.kill();
    await child.status;
  }
});

async function eventually(url: string): Promise<string> {
  for (let i = 0; i < 100; i++) {
    try {
      const response = await fetch(url);
      const text = await response.text();
      if (response.ok) return text;
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} does not answer`);
}

test("What a build ignores is no island", async () => {
  await built();
  const scripts = new URL("_fresh/static/_fresh/js/", root);
  const [build] = await Array.fromAsync(Deno.readDir(scripts));
  const files = await Array.fromAsync(
    Deno.readDir(new URL(`${build.name}/`, scripts)),
  );
  const names = files.map(({ name }) => name.toLowerCase());
  assert(names.some((name) => name.startsWith("counter")), names.join());
  assertFalse(names.some((name) => name.includes("shout")), names.join());
});
