// The service worker by itself, before a server that does what one seldom does: slow, broken, half deployed.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, type Device } from "../support/browser.ts";
import {
  cachedPages,
  pageIsCached,
  pageIsRemoved,
} from "../support/device_storage.ts";

browserTest(
  "A page that does not come in time is shown as it was, and taken for next time",
  async (device) => {
    await using site = serveSite();
    const page = await open(device, site);
    const slow = Promise.withResolvers<void>();
    site.before = () => slow.promise;
    site.text = "newer";
    await page.goto("/");
    assertEquals(await says(page), "build one, of ada: first");
    slow.resolve();
    await pageIsCached(page, "/", "newer");
  },
);

browserTest(
  "A server that is away is stood in for; one that says what is wrong is listened to",
  async (device) => {
    await using site = serveSite();
    const page = await open(device, site);
    for (const status of [502, 503, 504]) {
      site.status = status;
      await page.goto("/");
      assertEquals(await says(page), "build one, of ada: first");
    }
    site.status = 500;
    await page.goto("/");
    assertEquals(await bodyOf(page), "500");
  },
);

browserTest(
  "A page of a new build is kept only with all of its scripts; until then the old page stays, with its own",
  async (device) => {
    await using site = serveSite();
    const page = await open(device, site);
    site.build = "two";
    site.missing = "/_fresh/js/two/late.js";
    await page.goto("/");
    assertEquals(await says(page), "build two, of ada: first");
    await page.evaluate(() => navigator.serviceWorker.ready);
    await site.asked(site.missing);
    // As a page does before it imports one.
    await page.evaluate(() => fetch("/_fresh/js/two/main.js"));
    await site.cut();
    await page.goto("/");
    assertEquals(await says(page), "build one, of ada: first");
    // Also what a script loads later: the server has only the new build's.
    assertEquals(await later(page), "late of one");

    site.mend();
    site.missing = "";
    await page.goto("/");
    await pageIsCached(page, "/", "build two");
    await site.cut();
    await page.goto("/");
    assertEquals(await says(page), "build two, of ada: first");
    assertEquals(await later(page), "late of two");
  },
);

browserTest(
  "A page of somebody else, or of nobody, takes all pages before it away",
  async (device) => {
    await using site = serveSite();
    const page = await open(device, site);
    await page.goto("/rooms/a");
    await pageIsCached(page, "/inbox"); // the last one
    site.owner = "bob";
    await page.goto("/");
    await pageIsCached(page, "/", "of bob");
    assertEquals(await cachedPages(page), ["/"]);
    site.owner = "nobody";
    await page.goto("/signin");
    await pageIsRemoved(page, "/");
    await site.cut();
    await page.goto("/");
    assertEquals(await bodyOf(page), "You are offline");
  },
);

browserTest(
  "A late page of who was there before is not kept for who is there now",
  async (device) => {
    await using site = serveSite();
    const page = await open(device, site);
    const other = await page.context().newPage();
    const slow = Promise.withResolvers<void>();
    site.before = () => slow.promise;
    const late = other.goto("/rooms/a");
    await site.asked("/rooms/a");
    site.before = async () => {};
    site.owner = "bob";
    await page.goto("/");
    await pageIsCached(page, "/", "of bob");
    slow.resolve();
    await late;
    await page.goto("/rooms/b");
    await pageIsCached(page, "/inbox", "of bob");
    assertEquals(await cachedPages(page), ["/", "/inbox", "/rooms"]);
  },
);

browserTest(
  "One page is kept for all rooms; those that an earlier release kept are shown until then",
  async (device) => {
    await using site = serveSite();
    const page = await open(device, site);
    await page.evaluate(async () => {
      const cache = await caches.open("pages-1");
      const kept = await cache.match("/");
      await cache.put("/rooms/a", kept!);
    });
    await site.cut();
    await page.goto("/rooms/a");
    assertEquals(await says(page), "build one, of ada: first");
    await page.goto("/rooms/b");
    assertEquals(await bodyOf(page), "You are offline");

    site.mend();
    site.text = "newer";
    await page.goto("/rooms/a");
    await pageIsCached(page, "/rooms", "newer");
    await pageIsRemoved(page, "/rooms/a");
    await site.cut();
    for (const path of ["/rooms/a", "/rooms/b"]) {
      await page.goto(path);
      assertEquals(await says(page), "build one, of ada: newer");
    }
    await page.goto("/rooms/a/people");
    assertEquals(await bodyOf(page), "You are offline");
  },
);

browserTest(
  "Forms, the API and pages with a secret in their address are never kept",
  async (device) => {
    await using site = serveSite();
    const page = await open(device, site);
    await page.goto("/rooms/a?invite=secret");
    await page.evaluate(async () => {
      await fetch("/api/rooms");
      await fetch("/rooms/b", { method: "POST" });
      const form = document.createElement("form");
      form.method = "post";
      form.action = "/rooms/c";
      document.body.append(form);
      form.submit();
    });
    await page.waitForURL("/rooms/c");
    await page.goto("/rooms/d");
    await pageIsCached(page, "/inbox");
    assertEquals(await cachedPages(page), ["/", "/inbox", "/rooms"]);
    const all = await page.evaluate(async () => {
      const names = await caches.keys();
      const keys = names.map(async (name) =>
        (await (await caches.open(name)).keys()).map(({ url }) => url)
      );
      return (await Promise.all(keys)).flat();
    });
    assertEquals(all.filter((url) => /api|secret/.test(url)), []);
  },
);

/** A site with the service worker, and what its next page is. */
function serveSite() {
  const site = {
    url: "",
    build: "one",
    owner: "ada",
    text: "first",
    status: 200,
    /** What something before the server answers in its place. */
    proxy: undefined as number | undefined,
    missing: "",
    before: async () => {},
    /** Waits until a path has been asked for. */
    async asked(path: string) {
      while (!paths.has(path)) await asking.promise;
    },
    /** Ends the server, whatever is open still. */
    async cut() {
      stop.abort();
      await server.finished;
    },
    mend() {
      stop = new AbortController();
      server = serve(server.addr.port);
    },
    [Symbol.asyncDispose]: () => site.cut(),
  };
  const paths = new Set<string>();
  let asking = Promise.withResolvers<void>();
  const answer = async (req: Request) => {
    const { pathname } = new URL(req.url);
    // What was asked for is answered as it was then.
    const then = { ...site };
    paths.add(pathname);
    asking.resolve();
    asking = Promise.withResolvers();
    if (pathname === "/sw.js") {
      const text = await Deno.readTextFile("static/sw.js");
      return file(text, "text/javascript");
    }
    if (pathname === then.missing) return file("404", "text/plain", 404);
    const [, build, script] =
      pathname.match(/^\/_fresh\/js\/(\w+)\/(\w+)\.js$/) ?? [];
    if (script) {
      // A deployment replaces the scripts of the one before.
      const isThere = build === then.build;
      return isThere
        ? file(SCRIPTS[script](build), "text/javascript")
        : file("404", "text/plain", 404);
    }
    if (pathname === "/offline") return html("You are offline", then);
    await then.before();
    if (then.proxy) return file(`${then.proxy}`, "text/html", then.proxy);
    if (then.status !== 200) {
      // As the app's own: it says of which build it is, and not whose.
      const { body } = html(`${then.status}`, then);
      return new Response(body, {
        status: then.status,
        headers: { "content-type": "text/html" },
      });
    }
    return html(`build ${then.build}, of ${then.owner}: ${then.text}`, then);
  };
  const serve = (port: number) =>
    Deno.serve(
      { port, hostname: "localhost", signal: stop.signal, onListen() {} },
      answer,
    );
  let stop = new AbortController();
  let server = serve(0);
  site.url = `http://localhost:${server.addr.port}`;
  return site;
}

type Site = ReturnType<typeof serveSite>;

const SCRIPTS: Record<string, (build: string) => string> = {
  main: (build) =>
    `import "./shared.js";
document.body.dataset.alive = "${build}";
globalThis.later = async () => (await import("./late.js")).word;`,
  shared: () =>
    `navigator.serviceWorker.register("/sw.js");
const { active } = await navigator.serviceWorker.ready;
if (!navigator.serviceWorker.controller) active.postMessage("keep");`,
  late: (build) => `export const word = "late of ${build}";`,
};

const file = (text: string, type: string, status = 200) =>
  new Response(text, { status, headers: { "content-type": type } });

const html = (text: string, { build, owner }: Site) =>
  new Response(
    `<!DOCTYPE html><html><head><link rel="icon" href="data:,"></head><body>${text}<script type="module">import "/_fresh/js/${build}/main.js";</script></body></html>`,
    { headers: { "content-type": "text/html", "page-owner": owner } },
  );

/** Opens the site on a new device, and waits until it is kept there. */
async function open(device: Device, site: Site): Promise<Page> {
  const page = await device(site.url);
  await page.goto("/");
  await pageIsCached(page, "/");
  return page;
}

/** What the page says, once its script of the same build has run. */
async function says(page: Page): Promise<string | null> {
  const text = await page.evaluate(() => document.body.innerText);
  const [, build] = text.match(/build (\w+)/) ?? [];
  await page.locator(`body[data-alive=${build}]`).waitFor();
  return text;
}

/** What a script of the page says that is loaded only now. */
const later = (page: Page): Promise<string> =>
  page.evaluate(() =>
    (globalThis as unknown as { later(): Promise<string> }).later()
  );

const bodyOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.body.innerText);
