// What this project relies on in Fresh, as far as it needs no build.
import { App, createDefine, csp, HttpError, page, staticFiles } from "fresh";
import { asset, IS_BROWSER } from "fresh/runtime";
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";

interface State {
  trail: string[];
}

/** Asks an app for a path, as its clients would. */
async function ask(
  app: App<State>,
  path: string,
  init?: RequestInit,
): Promise<{ status: number; headers: Headers; text: string }> {
  const request = new Request(`http://localhost${path}`, init);
  const response = await app.handler()(request);
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

/** What `fn` writes by console.error. */
async function logged(fn: () => Promise<unknown>): Promise<unknown[]> {
  const { error } = console;
  const lines: unknown[] = [];
  console.error = (...args) => lines.push(...args);
  try {
    await fn();
  } finally {
    console.error = error;
  }
  return lines;
}

/** An app whose middlewares leave their names in the state. */
function trailing(): App<State> {
  return new App<State>().use((ctx) => {
    ctx.state.trail = ["first"];
    return ctx.next();
  });
}

Deno.test("Middlewares run in the order in which they were added", async () => {
  const app = trailing()
    .use(
      async (ctx) => {
        ctx.state.trail.push("second");
        const response = await ctx.next();
        response.headers.set("X-Seen", String(response.status));
        return response;
      },
      (ctx) => {
        ctx.state.trail.push("third");
        return ctx.next();
      },
    )
    .get("/", (ctx) => ctx.json(ctx.state.trail, { status: 202 }));
  const { status, headers, text } = await ask(app, "/");
  assertEquals(status, 202);
  assertEquals(headers.get("X-Seen"), "202");
  assertEquals(JSON.parse(text), ["first", "second", "third"]);
});

Deno.test("A middleware with a path applies at that path and below", async () => {
  const app = trailing()
    .use("/api", (ctx) => {
      ctx.state.trail.push("api");
      return ctx.next();
    })
    .get("/api", (ctx) => ctx.json(ctx.state.trail))
    .get("/api/rooms/:room", (ctx) => ctx.json(ctx.state.trail))
    .get("/apical", (ctx) => ctx.json(ctx.state.trail));
  assertEquals((await ask(app, "/api")).text, '["first","api"]');
  assertEquals((await ask(app, "/api/rooms/1")).text, '["first","api"]');
  assertEquals((await ask(app, "/apical")).text, '["first"]');
});

Deno.test("A middleware does not apply to routes that were added before it", async () => {
  const app = new App<State>()
    .get("/before", (ctx) => ctx.text("free"))
    .use(() => new Response("taken"))
    .get("/after", (ctx) => ctx.text("free"));
  assertEquals((await ask(app, "/before")).text, "free");
  assertEquals((await ask(app, "/after")).text, "taken");
});

Deno.test("Middlewares at the root run for unknown paths, too", async () => {
  const app = new App<State>().use(() => new Response("taken"));
  assertEquals((await ask(app, "/nowhere")).text, "taken");
});

Deno.test("A middleware may catch what is thrown below it", async () => {
  const app = new App<State>()
    .use(async (ctx) => {
      try {
        return await ctx.next();
      } catch (error) {
        return ctx.text(`caught ${ctx.error === error}`);
      }
    })
    .get("/", () => {
      throw new Error("thrown");
    });
  assertEquals((await ask(app, "/")).text, "caught true");
});

Deno.test("ctx carries params, the route's pattern and the query", async () => {
  const app = new App<State>().get(
    "/rooms/:room/:rest*",
    (ctx) =>
      ctx.json([ctx.route, { ...ctx.params }, ctx.url.searchParams.get("q")]),
  );
  const { text } = await ask(app, "/rooms/a%20b/c/d?q=1");
  assertEquals(JSON.parse(text), [
    "/rooms/:room/:rest*",
    { room: "a b", rest: "c/d" },
    "1",
  ]);
});

Deno.test("The first of two routes wins, and exact paths win over patterns", async () => {
  const app = new App<State>()
    .get("/:any", (ctx) => ctx.text("pattern"))
    .get("/exact", (ctx) => ctx.text("exact"))
    .get("/exact", (ctx) => ctx.text("too late"));
  assertEquals((await ask(app, "/exact")).text, "exact");
  assertEquals((await ask(app, "/exact/")).text, "exact");
  assertEquals((await ask(app, "/other")).text, "pattern");
});

Deno.test("Double slashes in a path are collapsed", async () => {
  const app = new App<State>()
    .get("/a/b", (ctx) => ctx.text(ctx.url.pathname));
  assertEquals((await ask(app, "//a///b")).text, "/a/b");
});

Deno.test("Unknown paths are 404, unknown methods 405, OPTIONS names the known ones", async () => {
  const app = new App<State>()
    .get("/a", (ctx) => ctx.text("got"))
    .post("/a", (ctx) => ctx.text("posted"))
    .all("/all", (ctx) => ctx.text(ctx.req.method));
  const unknown = await ask(app, "/b");
  assertEquals([unknown.status, unknown.text], [404, "Not Found"]);
  assertEquals((await ask(app, "/a", { method: "POST" })).text, "posted");
  const put = await ask(app, "/a", { method: "PUT" });
  assertEquals([put.status, put.text], [405, "Method Not Allowed"]);
  const options = await ask(app, "/a", { method: "OPTIONS" });
  assertEquals([options.status, options.headers.get("Allow")], [
    204,
    "GET, POST",
  ]);
  assertEquals((await ask(app, "/all", { method: "DELETE" })).text, "DELETE");
});

Deno.test("HEAD is answered as GET, without the body", async () => {
  const app = new App<State>()
    .get("/a", () => new Response("body", { headers: { "X-A": "1" } }));
  const { status, headers, text } = await ask(app, "/a", { method: "HEAD" });
  assertEquals([status, headers.get("X-A"), text], [200, "1", ""]);
});

Deno.test("An HttpError says what it is; from 500 on it is logged, too", async () => {
  const app = new App<State>()
    .get("/teapot", () => {
      throw new HttpError(418, "short and stout");
    })
    .get("/bare", () => {
      throw new HttpError(403);
    })
    .get("/away", () => {
      throw new HttpError(503, "gone fishing");
    });
  const quiet = await logged(async () => {
    const teapot = await ask(app, "/teapot");
    assertEquals([teapot.status, teapot.text], [418, "short and stout"]);
    const bare = await ask(app, "/bare");
    assertEquals([bare.status, bare.text], [403, "Forbidden"]);
  });
  assertEquals(quiet, []);
  const lines = await logged(async () => {
    const away = await ask(app, "/away");
    assertEquals([away.status, away.text], [503, "gone fishing"]);
  });
  assert(lines[0] instanceof HttpError);
});

Deno.test("Any other error is logged, and hidden from the client", async () => {
  const app = new App<State>()
    .get("/boom", () => {
      throw new Error("secret");
    })
    // deno-lint-ignore no-explicit-any
    .get("/nothing", (() => undefined) as any);
  for (const path of ["/boom", "/nothing"]) {
    const lines = await logged(async () => {
      const { status, text } = await ask(app, path);
      assertEquals([status, text], [500, "Internal server error"]);
    });
    assert(lines[0] instanceof Error);
  }
});

Deno.test("ctx.redirect() never leaves the site by a path", async () => {
  const targets: [to: string, location: string][] = [
    ["/", "/"],
    ["/rooms?next=//a", "/rooms?next=//a"],
    ["//evil.example//a?b#c", "/evil.example/a?b#c"],
    ["https://good.example//a", "https://good.example//a"],
    ["next", "next"],
  ];
  for (const [to, location] of targets) {
    const app = new App<State>().get("/", (ctx) => ctx.redirect(to, 303));
    const { status, headers } = await ask(app, "/");
    assertEquals([status, headers.get("Location")], [303, location]);
  }
  const app = new App<State>().get("/", (ctx) => ctx.redirect("/a"));
  assertEquals((await ask(app, "/")).status, 302);
});

Deno.test("ctx.text(), html() and json() set the content type", async () => {
  const app = new App<State>()
    .get("/text", (ctx) => ctx.text("t", { status: 201 }))
    .get("/html", (ctx) => ctx.html("<b>", { headers: { "X-A": "1" } }))
    .get("/json", (ctx) => ctx.json({ a: 1 }));
  const text = await ask(app, "/text");
  assertEquals(text.status, 201);
  assertMatch(text.headers.get("Content-Type")!, /^text\/plain/);
  const html = await ask(app, "/html");
  assertEquals(html.headers.get("Content-Type"), "text/html; charset=utf-8");
  assertEquals([html.text, html.headers.get("X-A")], ["<b>", "1"]);
  const json = await ask(app, "/json");
  assertEquals(json.headers.get("Content-Type"), "application/json");
});

Deno.test("ctx.render() answers with a whole document, its status and headers", async () => {
  const app = new App<State>().get(
    "/",
    (ctx) =>
      ctx.render(<h1 title='"'>{"<kvetch>"}</h1>, {
        status: 203,
        headers: { "X-A": "1" },
      }),
  );
  const { status, headers, text } = await ask(app, "/");
  assertEquals([status, headers.get("X-A")], [203, "1"]);
  assertEquals(headers.get("Content-Type"), "text/html; charset=utf-8");
  assertMatch(text, /^<!DOCTYPE html><html><head><meta charset="utf-8"\/>/);
  assertStringIncludes(text, '<body><h1 title="&quot;">&lt;kvetch');
  assertFalse(text.includes("<script"));
});

Deno.test("ctx.render() refuses what is not JSX", async () => {
  const app = new App<State>()
    // deno-lint-ignore no-explicit-any
    .get("/", (ctx) => ctx.render("text" as any));
  await logged(async () => assertEquals((await ask(app, "/")).status, 500));
});

Deno.test("Links of a rendering component know whether they are current", async () => {
  const Links = () => (
    <body>
      <a href="/rooms/1">1</a>
      <a href="/rooms">2</a>
      <a href="/room">3</a>
      <a href="/rooms" aria-current={false}>4</a>
      <a href="https://other.example/rooms">5</a>
    </body>
  );
  const app = new App<State>()
    .get("/rooms/:room", (ctx) => ctx.render(<Links />));
  const { text } = await ask(app, "/rooms/1");
  const tags = [...text.matchAll(/<a href="[^"]*"(.*?)>\d/g)]
    .map((match) => match[1].trim());
  assertEquals(tags[0], 'data-current="true" aria-current="page"');
  assertEquals(tags[1], 'data-ancestor="true" aria-current="true"');
  assertEquals(tags.slice(2), ["", 'aria-current="false"', ""]);
});

Deno.test("csp() sets the default policy, in which one's own directives replace others", async () => {
  const app = new App<State>()
    .use(csp({ csp: ["img-src 'self' blob:", "connect-src 'self' wss:"] }))
    .get("/", (ctx) => ctx.text(""));
  const policy = (await ask(app, "/")).headers.get("Content-Security-Policy")!;
  const directives = policy.split("; ");
  for (
    const directive of [
      "default-src 'self'",
      "script-src 'self' 'unsafe-inline'",
      "object-src 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' blob:",
      "connect-src 'self' wss:",
      "upgrade-insecure-requests",
    ]
  ) assert(directives.includes(directive), directive);
  assertEquals(directives.filter((d) => d.startsWith("img-src")).length, 1);
});

Deno.test("csp({ useNonce }) allows the inline scripts of one page by a fresh nonce", async () => {
  const app = new App<State>()
    .use(csp({ useNonce: true }))
    .get("/page", (ctx) =>
      ctx.render(
        <html>
          <head>
            <style>b</style>
          </head>
          <body>
            <script>1</script>
            <script nonce="mine">2</script>
          </body>
        </html>,
      ))
    .get("/json", (ctx) => ctx.json({}));
  const nonces: string[] = [];
  for (let i = 0; i < 2; i++) {
    const { headers, text } = await ask(app, "/page");
    const policy = headers.get("Content-Security-Policy")!;
    const [, nonce] = policy.match(/script-src 'self' 'nonce-(\w{16,})'/)!;
    assertStringIncludes(policy, `style-src 'self' 'nonce-${nonce}'`);
    assertFalse(policy.includes("unsafe-inline"));
    assertStringIncludes(text, `<style nonce="${nonce}">b</style>`);
    assertStringIncludes(text, `<script nonce="${nonce}">1</script>`);
    assertStringIncludes(text, `<script nonce="mine">2</script>`);
    nonces.push(nonce);
  }
  assertNotEquals(nonces[0], nonces[1]);
  const json = await ask(app, "/json");
  const policy = json.headers.get("Content-Security-Policy")!;
  assertStringIncludes(policy, "script-src 'self' 'unsafe-inline'");
});

Deno.test("trustProxy makes ctx.url the one that the client asked for", async () => {
  const headers = { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.b" };
  for (const trustProxy of [true, false]) {
    const app = new App<State>({ trustProxy })
      .get("/", (ctx) => ctx.text(ctx.url.origin));
    const { text } = await ask(app, "/", { headers });
    assertEquals(text, trustProxy ? "https://a.b" : "http://localhost");
  }
});

Deno.test("staticFiles() without a build passes everything on but the favicon", async () => {
  const app = new App<State>()
    .use(staticFiles())
    .get("/a.css", (ctx) => ctx.text("route"));
  assertEquals((await ask(app, "/a.css")).text, "route");
  const icon = await ask(app, "/favicon.ico");
  assertEquals([icon.status, icon.text], [404, ""]);
});

Deno.test("asset() locks paths of this site, and nothing else", () => {
  assertMatch(asset("/a.css"), /^\/a\.css\?__frsh_c=\w+/);
  assertMatch(asset("/a.css?b=1#c"), /^\/a\.css\?b=1&__frsh_c=[^#]+#c$/);
  assertEquals(asset(asset("/a.css")), asset("/a.css"));
  for (const path of ["https://a.b/c.css", "//a.b/c.css", "c.css"]) {
    assertEquals(asset(path), path);
  }
});

Deno.test("On the server IS_BROWSER is false", () => {
  assertFalse(IS_BROWSER);
});

Deno.test("createDefine() and page() give back what they are given", () => {
  const define = createDefine<State>();
  const fn = () => new Response();
  assertEquals(define.handlers(fn), fn);
  assertEquals(define.middleware(fn), fn);
  const component = () => <b />;
  assertEquals(define.page(component), component);
  const { data, status } = page({ a: 1 }, { status: 201 });
  assertEquals({ data, status }, { data: { a: 1 }, status: 201 });
});
