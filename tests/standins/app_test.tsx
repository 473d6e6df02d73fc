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
    .all("/", (ctx) => Response.json(ctx.state.trail, { status: 202 }));
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
    .all("/api", (ctx) => Response.json(ctx.state.trail))
    .all("/api/rooms/:room", (ctx) => Response.json(ctx.state.trail))
    .all("/apical", (ctx) => Response.json(ctx.state.trail));
  assertEquals((await ask(app, "/api")).text, '["first","api"]');
  assertEquals((await ask(app, "/api/rooms/1")).text, '["first","api"]');
  assertEquals((await ask(app, "/apical")).text, '["first"]');
});

Deno.test("A middleware does not apply to routes that were added before it", async () => {
  const app = new App<State>()
    .all("/before", () => new Response("free"))
    .use(() => new Response("taken"))
    .all("/after", () => new Response("free"));
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
        return new Response(`caught ${ctx.error === error}`);
      }
    })
    .all("/", () => {
      throw new Error("thrown");
    });
  assertEquals((await ask(app, "/")).text, "caught true");
});

Deno.test("ctx carries params and the query", async () => {
  const app = new App<State>().all(
    "/rooms/:room/members/:member",
    (ctx) => Response.json([ctx.params, ctx.url.searchParams.get("q")]),
  );
  const { text } = await ask(app, "/rooms/a%20b/members/c?q=1");
  assertEquals(JSON.parse(text), [{ room: "a b", member: "c" }, "1"]);
});

Deno.test("ctx carries the server's info and the app's settings", async () => {
  const app = new App<State>({ trustProxy: true }).all("/", (ctx) => {
    const { hostname } = ctx.info.remoteAddr as Deno.NetAddr;
    return Response.json([hostname, ctx.config.trustProxy]);
  });
  const response = await app.handler()(new Request("http://localhost/"), {
    remoteAddr: { transport: "tcp", hostname: "1.2.3.4", port: 5 },
    completed: Promise.resolve(),
  });
  assertEquals(await response.json(), ["1.2.3.4", true]);
  assertEquals(app.config.trustProxy, true);
});

Deno.test("all() answers every method, and an unknown path is 404", async () => {
  const app = new App<State>()
    .all("/a", (ctx) => new Response(ctx.req.method));
  assertEquals((await ask(app, "/a", { method: "DELETE" })).text, "DELETE");
  const unknown = await ask(app, "/b");
  assertEquals([unknown.status, unknown.text], [404, "Not Found"]);
});

Deno.test("The first of two routes wins, and exact paths win over patterns", async () => {
  const app = new App<State>()
    .all("/:any", () => new Response("pattern"))
    .all("/exact", () => new Response("exact"))
    .all("/exact", () => new Response("too late"));
  assertEquals((await ask(app, "/exact")).text, "exact");
  assertEquals((await ask(app, "/exact/")).text, "exact");
  assertEquals((await ask(app, "/other")).text, "pattern");
});

Deno.test("A parameter is one whole segment that is not empty, as URLPattern has it", async () => {
  const paths = ["/rooms/:room", "/rooms/:room/members/:member", "/:any"];
  const app = paths.reduce(
    (app, path) => app.all(path, (ctx) => Response.json(ctx.params)),
    new App<State>(),
  );
  const segments = ["rooms", "members", "a%20b", "%C3%A4.x", ":room"];
  const some = (n: number): string[] =>
    n === 0
      ? [""]
      : some(n - 1).flatMap((rest) => segments.map((it) => `/${it}${rest}`));
  const asked = [1, 2, 3, 4].flatMap(some);
  for (const path of [...asked, "/rooms/", "/rooms//a", "/rooms/a/", "/"]) {
    // Of `//` one is left before it is matched.
    const url = `http://localhost${path.replaceAll("//", "/")}`;
    const groups = paths
      .map((pathname) => new URLPattern({ pathname }).exec(url))
      .find(Boolean)?.pathname.groups;
    const wanted = Object.entries(groups ?? {})
      .map(([name, text]) => [name, decodeURI(text!)]);
    const { status, text } = await ask(app, path);
    assertEquals(
      [path, status, status === 200 ? JSON.parse(text) : {}],
      [path, groups ? 200 : 404, Object.fromEntries(wanted)],
    );
  }
});

Deno.test("Double slashes in a path are collapsed", async () => {
  const app = new App<State>()
    .all("/a/b", (ctx) => new Response(ctx.url.pathname));
  assertEquals((await ask(app, "//a///b")).text, "/a/b");
});

Deno.test("HEAD is answered as GET, without the body", async () => {
  const app = new App<State>()
    .all("/a", () => new Response("body", { headers: { "X-A": "1" } }));
  const { status, headers, text } = await ask(app, "/a", { method: "HEAD" });
  assertEquals([status, headers.get("X-A"), text], [200, "1", ""]);
});

Deno.test("An HttpError says what it is; from 500 on it is logged, too", async () => {
  const app = new App<State>()
    .all("/teapot", () => {
      throw new HttpError(418, "short and stout");
    })
    .all("/bare", () => {
      throw new HttpError(403);
    })
    .all("/away", () => {
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
    .all("/boom", () => {
      throw new Error("secret");
    });
  const lines = await logged(async () => {
    const { status, text } = await ask(app, "/boom");
    assertEquals([status, text], [500, "Internal server error"]);
  });
  assert(lines[0] instanceof Error);
});

Deno.test("A handler that returns nothing is an error that is logged", async () => {
  const nothing = () => undefined as unknown as Response;
  const app = new App<State>()
    .all("/", nothing)
    .use("/below", nothing)
    .all("/below", () => new Response("hidden"));
  const lines = await logged(async () => {
    for (const path of ["/", "/below"]) {
      const { status, text } = await ask(app, path);
      assertEquals([status, text], [500, "Internal server error"]);
    }
  });
  assertEquals(lines.length, 2);
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
    const app = new App<State>().all("/", (ctx) => ctx.redirect(to, 303));
    const { status, headers } = await ask(app, "/");
    assertEquals([status, headers.get("Location")], [303, location]);
  }
  const app = new App<State>().all("/", (ctx) => ctx.redirect("/a"));
  assertEquals((await ask(app, "/")).status, 302);
});

Deno.test("ctx.render() answers with a document, its status and headers", async () => {
  const app = new App<State>().all(
    "/",
    (ctx) =>
      ctx.render(
        <html>
          <head>
            <title>A</title>
          </head>
          <body title='"'>{"<kvetch>"}</body>
        </html>,
        { status: 203, headers: { "X-A": "1" } },
      ),
  );
  const { status, headers, text } = await ask(app, "/");
  assertEquals([status, headers.get("X-A")], [203, "1"]);
  assertEquals(headers.get("Content-Type"), "text/html; charset=utf-8");
  assertMatch(text, /^<!DOCTYPE html><html><head><title>A/);
  assertStringIncludes(text, '<body title="&quot;">&lt;kvetch');
  assertFalse(text.includes("<script"));
});

Deno.test("csp() sets the default policy, in which one's own directives replace others", async () => {
  const app = new App<State>()
    .use(csp({ csp: ["img-src 'self' blob:", "connect-src 'self' wss:"] }))
    .all("/", () => new Response(""));
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
    .all("/page", (ctx) =>
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
    .all("/json", () => Response.json({}));
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

Deno.test("An app around another one sets the policy of all that this one answers", async () => {
  const inner = new App<State>()
    .all("/page", (ctx) =>
      ctx.render(
        <html>
          <body>
            <script>1</script>
          </body>
        </html>,
      ))
    .handler();
  const outer = new App<State>()
    .use(csp({ useNonce: true }))
    .all("*", (ctx) => inner(ctx.req, ctx.info));
  const page = await ask(outer, "/page");
  const [, nonce] = page.text.match(/<script nonce="(\w+)">/)!;
  const policy = page.headers.get("Content-Security-Policy")!;
  assertStringIncludes(policy, `script-src 'self' 'nonce-${nonce}'`);
  const unknown = await ask(outer, "/deep/down?q=1", { method: "POST" });
  assertEquals([unknown.status, unknown.text], [404, "Not Found"]);
  assert(unknown.headers.has("Content-Security-Policy"));
});

Deno.test("trustProxy makes ctx.url the one that the client asked for", async () => {
  const headers = { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.b" };
  for (const trustProxy of [true, false]) {
    const app = new App<State>({ trustProxy })
      .all("/", (ctx) => new Response(ctx.url.origin));
    const { text } = await ask(app, "/", { headers });
    assertEquals(text, trustProxy ? "https://a.b" : "http://localhost");
  }
});

Deno.test("staticFiles() without a build passes everything on", async () => {
  const app = new App<State>()
    .use(staticFiles())
    .all("/a.css", () => new Response("route"));
  assertEquals((await ask(app, "/a.css")).text, "route");
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
