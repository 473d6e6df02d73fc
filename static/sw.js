// Keeps the app on the device: the pages of who is signed in, and all that they need to come alive without a network.

/*
 * One cache holds pages, of one person only: the server names the owner of each
 * page, and a page of somebody else, or of nobody, empties it first. One cache
 * for each build holds its scripts and styles. A page is kept only once all
 * that it needs is, so that no page ever meets another build's scripts. Nothing
 * but reading is touched: no form, no API, no stream.
 */
const PAGES = "pages-1";
const BUILD = "build-1-";
const NOBODY = "nobody";
const OFFLINE = "/offline";

const PATIENCE = 3_000; // ms until a page that is here is shown instead
const MOST_PAGES = 100;
const BUILDS = 3; // kept though no page here needs them: old tabs may

const KEPT = /^\/(rooms\/[\w-]+|settings)?$/;
const NOT_OURS = /^\/(api|healthz|_frsh)\b/;
const AWAY = new Set([502, 503, 504]);
const REFUSED = new Set([403, 404, 410]);
const FILES = new Set(["style", "script", "image", "font", "manifest"]);

/** Grows whenever the pages change hands: what was asked for before is not kept. */
let hands = 0;
/** One change of the pages after the other. */
let queue = Promise.resolve();

addEventListener("install", () => skipWaiting());

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name !== PAGES && !name.startsWith(BUILD)) await caches.delete(name);
    }
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (NOT_OURS.test(url.pathname)) return;
  if (request.mode === "navigate") answerPage(event, url);
  else if (buildIn(request.url)) event.respondWith(fileOfBuild(event));
  else if (FILES.has(request.destination)) {
    event.respondWith(fetch(request).catch(() => kept(request)));
  }
});

addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(forget());
  // From a page that was there before this was, and came past it.
  if (event.data === "keep") {
    event.waitUntil(refresh(new URL(event.source.url).pathname));
  }
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.url ?? "/"));
});

/** From the network; from here when it is away, broken or slow. */
function answerPage(event, url) {
  const began = hands;
  const fresh = fetch(event.request);
  // The copy is made before the page begins to read.
  const copied = fresh.then((answer) => answer.clone(), () => undefined);
  event.waitUntil(copied.then((copy) => copy && take(url, copy, began)));

  event.respondWith((async () => {
    const isHere = KEPT.test(url.pathname) &&
      await caches.match(url.pathname, { cacheName: PAGES });
    const answer = await Promise.race([
      fresh.catch(() => undefined),
      ...isHere ? [new Promise((late) => setTimeout(late, PATIENCE))] : [],
    ]);
    if (answer && !AWAY.has(answer.status)) return answer;
    // Its owner may have changed while the network was waited for.
    const here = began === hands && isHere;
    return here || answer || await kept(OFFLINE);
  })());
}

/** Fetches and keeps a page that was not asked for. */
async function refresh(path) {
  if (!KEPT.test(path)) return;
  const began = hands;
  const answer = await fetch(path).catch(() => undefined);
  if (answer) await take(new URL(path, location.origin), answer, began);
}

/** Keeps a page that came, if it is one to keep; after those that came before it. */
async function take(url, answer, began) {
  queue = queue.then(() => keepPage(url, answer, began)).catch((error) => {
    // The page is not lost, only not kept.
    console.warn(`${url.pathname} is not kept`, error);
  });
  const isNew = await queue;
  // What is new here is new in the list of rooms as well.
  if (isNew && url.pathname !== "/") await refresh("/");
}

/** Gives back whether the page was not here before. */
async function keepPage(url, answer, began) {
  if (began !== hands) return;
  const path = url.pathname;
  // Opening it would make one, also on the way out after signing out.
  const pages = await caches.has(PAGES) && await caches.open(PAGES);
  // Our own page says so: a proxy's knows nothing of what is there.
  if (pages && REFUSED.has(answer.status) && buildIn(await answer.text())) {
    await pages.delete(path);
  }
  const owner = answer.headers.get("page-owner");
  if (!owner || answer.status !== 200) return;

  const [some] = pages ? await pages.keys() : [];
  const before = some && (await pages.match(some)).headers.get("page-owner");
  if (before && before !== owner) await forget();
  const mayKeep = KEPT.test(path) && !url.search && !answer.redirected;
  if (owner === NOBODY || !mayKeep) return;

  const now = hands;
  const html = await answer.text();
  const build = buildIn(html);
  if (!build || now !== hands) return;
  await keepBuild(build, html);
  if (now !== hands) return;
  // Not the cache of before, which lives on for who has it open.
  const kept = await caches.open(PAGES);
  const isNew = !await kept.match(path);
  const headers = new Headers(answer.headers);
  headers.set("page-build", build);
  await kept.put(path, new Response(html, { headers }));
  if (now !== hands) return void await caches.delete(PAGES);
  await tidy();
  return isNew;
}

/** Removes the pages of whoever they belong to. */
async function forget() {
  hands++;
  await caches.delete(PAGES);
}

/** All that a page needs, and the page for what is not here. */
async function keepBuild(build, html) {
  const cache = await caches.open(BUILD + build);
  const seen = new Set();
  await Promise.all(filesIn(html).map((url) => keepFile(cache, url, seen)));
  if (await cache.match(OFFLINE)) return;
  // Of nobody, as it serves everybody.
  const page = await fetch(OFFLINE, { credentials: "omit" });
  const text = await page.clone().text();
  if (!page.ok || buildIn(text) !== build) return;
  await Promise.all(filesIn(text).map((url) => keepFile(cache, url, seen)));
  await cache.put(OFFLINE, page);
}

/** Keeps a file once all is kept that it imports, so that a script which is here is here with everything. */
async function keepFile(cache, url, seen) {
  if (seen.has(url) || await cache.match(url)) return;
  seen.add(url);
  const answer = await fetch(url);
  if (!answer.ok || answer.redirected) throw new Error(`${url} is gone`);
  if (/javascript/.test(answer.headers.get("content-type"))) {
    const found = (await answer.clone().text()).matchAll(IMPORTS);
    const paths = [...found].map(([, path]) => new URL(path, answer.url).href);
    await Promise.all(paths.map((path) => keepFile(cache, path, seen)));
  }
  await cache.put(url, answer);
}

const IMPORTS = /\b(?:from|import\(?)\s*["'](\.{0,2}\/[^"'\s]+\.js)["']/g;

/** The files that a page names: its styles, icons and scripts. */
function filesIn(html) {
  // What people write can be none of these: it stands there escaped.
  const named = html.matchAll(
    /(?:<(?:script|link|img)\b[^>]*?\s(?:src|href)=|\b(?:from|import)\s*)"(\/[^"]+\.\w[^"]*)"/g,
  );
  return [...new Set([...named].map(([, path]) => path))];
}

/** The build that an address or a page belongs to. */
function buildIn(text) {
  const [, script, key] =
    text.match(/\/_fresh\/js\/([\w-]+)\/|[?&]__frsh_c=([\w-]+)/) ?? [];
  return script ?? key;
}

/** A file that never changes: from here first. */
async function fileOfBuild(event) {
  const { request } = event;
  const here = await caches.match(request);
  if (here) return here;
  const answer = await fetch(request);
  const name = BUILD + buildIn(request.url);
  const isWhole = answer.ok && !answer.redirected;
  // Scripts come with all that they import, or not at all: see `keepFile`.
  if (isWhole && request.destination !== "script" && await caches.has(name)) {
    const copy = answer.clone();
    event.waitUntil(
      caches.open(name).then((cache) => cache.put(request, copy)),
    );
  }
  return answer;
}

/** Whatever is here under an address, from the newest build that has it. */
async function kept(request) {
  const names = (await caches.keys()).filter((name) => name.startsWith(BUILD));
  for (const cacheName of names.reverse()) {
    const here = await caches.match(request, { cacheName });
    if (here) return here;
  }
  return Response.error();
}

/** Lets the oldest pages go, and builds that nothing needs. */
async function tidy() {
  const pages = await caches.open(PAGES);
  const oldest = (await pages.keys())
    .filter(({ url }) => new URL(url).pathname !== "/")
    .slice(0, -MOST_PAGES);
  for (const page of oldest) await pages.delete(page);
  const needed = new Set(
    (await pages.matchAll()).map(({ headers }) =>
      BUILD + headers.get("page-build")
    ),
  );
  const builds = (await caches.keys()).filter((name) => name.startsWith(BUILD));
  for (const name of builds.slice(0, -BUILDS)) {
    if (!needed.has(name)) await caches.delete(name);
  }
}

/** Brings a page before the person's eyes: an open one, or a new one. */
async function show(url) {
  const windows = await clients.matchAll({ type: "window" });
  const there = windows.find((each) => new URL(each.url).pathname === url);
  await (there ? there.focus() : clients.openWindow(url));
}
