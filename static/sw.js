// The service worker: stores the pages of who is signed in, and all that they need to come alive without a network.

/*
 * One cache holds pages, of one person only: the server names the owner of each
 * page, and a page of somebody else, or of nobody, empties it first. One cache
 * for each build holds its scripts and styles. A page is stored only once all
 * that it needs is, so that no page is ever shown with another build's scripts.
 * Only GETs of pages and files are answered: no form, no API, no stream.
 */
const PAGES = "pages-1";
const BUILD_PREFIX = "build-1-";
const PICTURES = "pictures-1"; // the newest of messages that were shown, for when there is no network
const NOBODY = "nobody";
const OFFLINE = "/offline";
const INBOX = "/inbox";
const ROOMS = "/rooms"; // stands for the page of each room: that shows the room from the device's copy

const PAGE_TIMEOUT = 3_000; // ms, then the stored page is shown
const SHOW_TIMEOUT = 500; // ms, for a tab to say that it shows what a notification is about
const MAX_PICTURES = 100;
const MAX_PICTURE_BYTES = 2_000_000;
const MAX_SPARE_BUILDS = 3; // the newest, which open tabs may need though no stored page does

const STORED_PATHS = /^\/(rooms|inbox|settings)?$/;
const ROOM_PATHS = /^\/rooms\/[\w-]+$/;
const PICTURE_PATHS = /^\/api\/files\//;
const IGNORED_PATHS = /^\/(api|healthz|_frsh)\b/;
const UNAVAILABLE = new Set([502, 503, 504]);
const FILE_TYPES = new Set(["style", "script", "image", "font", "manifest"]);

/** Grows whenever the cache of pages is emptied: an answer to an earlier request is not stored. */
let generation = 0;
/** Makes changes of the cache of pages one after the other. */
let queue = Promise.resolve();

addEventListener("install", () => skipWaiting());

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (![PAGES, PICTURES].includes(name) && !name.startsWith(BUILD_PREFIX)) {
        await caches.delete(name);
      }
    }
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (
    PICTURE_PATHS.test(url.pathname) && request.destination === "image"
  ) return event.respondWith(answerPicture(event));
  if (IGNORED_PATHS.test(url.pathname)) return;
  if (request.mode === "navigate") answerPage(event, url);
  else if (buildIn(request.url)) event.respondWith(fileOfBuild(event));
  else if (FILE_TYPES.has(request.destination)) {
    event.respondWith(fetch(request).catch(() => stored(request)));
  }
});

addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(forgetPages());
  // From a page that was loaded before this worker was active, or that has changed.
  if (event.data === "keep") {
    event.waitUntil(refresh(new URL(event.source.url).pathname));
  }
});

addEventListener("push", (event) => event.waitUntil(showNotice(event.data)));

// The browser has ended the subscription, and may have made another.
addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renewSubscription(event));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(focusPage(event.notification.data?.url ?? "/"));
});

/** Answers from the network, or with the stored page when the server is away, failing or slow. */
function answerPage(event, url) {
  const began = generation;
  const fresh = fetch(event.request);
  // Cloned before the page begins to read it.
  const copied = fresh.then((answer) => answer.clone(), () => undefined);
  event.waitUntil(copied.then((copy) => copy && storePage(url, copy, began)));

  event.respondWith((async () => {
    const page = await storedPage(url.pathname);
    const answer = await Promise.race([
      fresh.catch(() => undefined),
      ...page ? [new Promise((end) => setTimeout(end, PAGE_TIMEOUT))] : [],
    ]);
    if (answer && !UNAVAILABLE.has(answer.status)) return answer;
    // The owner may have changed meanwhile.
    const own = began === generation && page;
    return own || answer || await stored(OFFLINE);
  })());
}

/** Answers from the network, which says each time whether one may see it; else with the stored one. */
async function answerPicture(event) {
  const { request } = event;
  const began = generation;
  const answer = await fetch(request).catch(() => undefined);
  if (!answer || UNAVAILABLE.has(answer.status)) {
    return await caches.match(request.url, { cacheName: PICTURES }) ??
      answer ?? Response.error();
  }
  event.waitUntil(storePicture(request.url, answer.clone(), began));
  return answer;
}

/** Stores a picture as the newest; one that may not be seen any more goes. */
async function storePicture(url, answer, began) {
  const size = Number(answer.headers.get("content-length") ?? Infinity);
  const cache = await caches.open(PICTURES);
  await cache.delete(url);
  if (answer.status === 200 && size <= MAX_PICTURE_BYTES) {
    await cache.put(url, answer).catch(console.warn); // it breaks off, or the disk is full
    const all = await cache.keys();
    for (const old of all.slice(0, -MAX_PICTURES)) await cache.delete(old);
  }
  if (began !== generation) await caches.delete(PICTURES);
}

/** What is stored for a page's path. A release before this one stored a page for each room. */
async function storedPage(path) {
  const options = { cacheName: PAGES };
  if (STORED_PATHS.test(path)) return await caches.match(path, options);
  if (!ROOM_PATHS.test(path)) return;
  return await caches.match(ROOMS, options) ??
    await caches.match(path, options);
}

/** Fetches and stores a page by itself. */
async function refresh(path) {
  if (ROOM_PATHS.test(path)) return await refreshLists();
  if (!STORED_PATHS.test(path)) return;
  const began = generation;
  const answer = await fetch(path).catch(() => undefined);
  if (answer) await storePage(new URL(path, location.origin), answer, began);
}

/** Stores a page, if it is one to store, after those that came before it. */
async function storePage(url, answer, began) {
  queue = queue.then(() => storeNow(url, answer, began)).catch((error) => {
    // The page is shown all the same.
    console.warn(`${url.pathname} is not stored`, error);
  });
  await queue;
  const isRoom = answer.ok && !answer.redirected &&
    ROOM_PATHS.test(url.pathname);
  if (isRoom) await refreshLists();
}

/**
 * The page that is stored for all rooms, and the lobby: both may lack the room
 * that is open. That of the inbox is there from then on, whether or not it was
 * opened: what it shows is on the device.
 */
async function refreshLists() {
  await refresh(ROOMS);
  await refresh("/");
  if (!await storedPage(INBOX)) await refresh(INBOX);
}

async function storeNow(url, answer, began) {
  if (began !== generation) return;
  const path = url.pathname;
  // `open` alone would create the cache, even after signing out; it still does
  // if the cache was deleted between the two.
  const pages = await caches.has(PAGES) && await caches.open(PAGES);
  if (began !== generation) return void await caches.delete(PAGES);
  const owner = answer.headers.get("page-owner");
  if (!owner || answer.status !== 200) return;

  const [first] = pages ? await pages.keys() : [];
  const before = first && (await pages.match(first)).headers.get("page-owner");
  if (before && before !== owner) await forgetPages();
  const mayStore = STORED_PATHS.test(path) && !url.search && !answer.redirected;
  if (owner === NOBODY || !mayStore) return;

  const now = generation;
  const html = await answer.text();
  const build = buildIn(html);
  if (!build || now !== generation) return;
  await storeBuild(build, html);
  if (now !== generation) return;
  // Opened anew: a cache that was deleted lives on for those that hold it.
  const cache = await caches.open(PAGES);
  const headers = new Headers(answer.headers);
  headers.set("page-build", build);
  await cache.put(path, new Response(html, { headers }));
  if (now !== generation) return void await caches.delete(PAGES);
  await tidy(cache);
}

/** Removes all pages. */
async function forgetPages() {
  generation++;
  await caches.delete(PAGES);
  await caches.delete(PICTURES);
}

/** Stores the files that a page needs, and the page for those that are not stored. */
async function storeBuild(build, html) {
  const cache = await caches.open(BUILD_PREFIX + build);
  const done = new Set();
  await Promise.all(filesIn(html).map((url) => storeFile(cache, url, done)));
  if (await cache.match(OFFLINE)) return;
  // Without cookies, as it is shown to everybody.
  const page = await fetch(OFFLINE, { credentials: "omit" });
  const text = await page.clone().text();
  if (!page.ok || buildIn(text) !== build) return;
  await Promise.all(filesIn(text).map((url) => storeFile(cache, url, done)));
  await cache.put(OFFLINE, page);
}

/** Stores a file once all that it imports is stored, so that a stored script can always run. */
async function storeFile(cache, url, done) {
  if (done.has(url) || await cache.match(url)) return;
  done.add(url);
  const answer = await fetch(url);
  if (!answer.ok || answer.redirected) {
    throw new Error(`${url} can't be fetched`);
  }
  if (/javascript/.test(answer.headers.get("content-type"))) {
    const found = (await answer.clone().text()).matchAll(IMPORTS);
    const paths = [...found].map(([, path]) => new URL(path, answer.url).href);
    await Promise.all(paths.map((path) => storeFile(cache, path, done)));
  }
  await cache.put(url, answer);
}

const IMPORTS = /\b(?:from|import\(?)\s*["'](\.{0,2}\/[^"'\s]+\.js)["']/g;

/** The files that a page names: its styles, icons and scripts. */
function filesIn(html) {
  // Nothing that people write matches: it is escaped in the HTML.
  const found = html.matchAll(
    /(?:<(?:script|link|img)\b[^>]*?\s(?:src|href)=|\b(?:from|import)\s*)"(\/[^"]+\.\w[^"]*)"/g,
  );
  return [...new Set([...found].map(([, path]) => path))];
}

/** The build that an address or a page belongs to, if any. */
function buildIn(text) {
  const [, script, key] =
    text.match(/\/_fresh\/js\/([\w-]+)\/|[?&]__frsh_c=([\w-]+)/) ?? [];
  return script ?? key;
}

/** Answers with a build's file, which never changes: from the cache first. */
async function fileOfBuild(event) {
  const { request } = event;
  const file = await caches.match(request);
  if (file) return file;
  const answer = await fetch(request);
  const name = BUILD_PREFIX + buildIn(request.url);
  const isWhole = answer.ok && !answer.redirected;
  // Scripts come with all that they import, or not at all: see `storeFile`. (A
  // page fetches some before it imports them.)
  const isScript = new URL(request.url).pathname.endsWith(".js");
  if (isWhole && !isScript && await caches.has(name)) {
    const copy = answer.clone();
    event.waitUntil(
      caches.open(name).then((cache) => cache.put(request, copy)),
    );
  }
  return answer;
}

/** What is stored for an address, from the newest build that has it. */
async function stored(request) {
  const names = (await caches.keys()).filter((name) =>
    name.startsWith(BUILD_PREFIX)
  );
  for (const cacheName of names.reverse()) {
    const file = await caches.match(request, { cacheName });
    if (file) return file;
  }
  return Response.error();
}

/** Deletes the pages of single rooms once that of all is stored, and builds that nothing needs. */
async function tidy(pages) {
  if (await pages.match(ROOMS)) {
    const single = (await pages.keys())
      .filter(({ url }) => ROOM_PATHS.test(new URL(url).pathname));
    for (const page of single) await pages.delete(page);
  }
  const needed = new Set(
    (await pages.matchAll()).map(({ headers }) =>
      BUILD_PREFIX + headers.get("page-build")
    ),
  );
  const builds = (await caches.keys()).filter((name) =>
    name.startsWith(BUILD_PREFIX)
  );
  for (const name of builds.slice(0, -MAX_SPARE_BUILDS)) {
    if (!needed.has(name)) await caches.delete(name);
  }
}

/**
 * Shows what the server tells of a message while no page may be open, and
 * withdraws what it says is read by now. Browsers want something to be shown each time.
 */
async function showNotice(data) {
  const { title, body, tag, ...about } = data.json();
  const { roomID, read, isPlain } = about;
  await registration.showNotification(title, {
    body,
    tag, // the ID of the message: an open tab may have told of it
    icon: "/icons/192.png",
    data: about,
  });
  const standing = await registration.getNotifications();
  const old = standing.filter((notice) =>
    notice.tag !== tag && notice.data?.roomID === roomID &&
    (notice.data.seq <= read || (isPlain && notice.data.isPlain))
  );
  for (const notice of old) notice.close();
  // Until a page opens, which knows how many are unread.
  await navigator.setAppBadge?.(standing.length - old.length);
}

/** Tells the server where this device is to be told from now on. */
async function renewSubscription({ newSubscription }) {
  const answer = await fetch("/api/subscription");
  if (!answer.ok) return; // nobody is signed in any more
  const { publicKey, wanted } = await answer.json();
  const { endpoint, keys } =
    (newSubscription ?? await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: publicKey,
    })).toJSON();
  await fetch("/api/subscription", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint, keys, wanted: wanted ?? "mentions" }),
  });
}

/** Focuses a tab that shows a page, or that can; opens one where there is none. */
async function focusPage(url) {
  const { pathname, hash } = new URL(url, location.origin);
  const windows = await clients.matchAll({ type: "window" });
  const paths = windows.map((each) => new URL(each.url).pathname);
  const open = windows[paths.indexOf(pathname)] ??
    windows[paths.findIndex((path) => ROOM_PATHS.test(path))];
  if (!open) return void await clients.openWindow(url);
  await open.focus();
  // One that does not come alive, or is of an earlier release, does not answer.
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => port1.onmessage = resolve);
  open.postMessage({ show: pathname, hash }, [port2]);
  const timeout = new Promise((end) => setTimeout(end, SHOW_TIMEOUT));
  if (!await Promise.race([answered, timeout])) await clients.openWindow(url);
}
