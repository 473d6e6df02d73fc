// The app on a device: opened without a network, with a new build, and after signing out.
import { assertEquals } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import { browserTest, openBrowser, signIn } from "../support/browser.ts";
import {
  copyIsRemoved,
  copyIsStored,
  pageIsCached,
  roomIsStored,
  ROOMS,
} from "../support/device_storage.ts";
import {
  connection,
  enter,
  makeRoom,
  mayWrite,
  messages,
  openNewRoom,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "A browser that is opened without a network shows the rooms and their messages, and what is written in it arrives once",
  async (device) => {
    const folder = await Deno.makeTempDir();
    const kept = { DENO_KV_PATH: `${folder}/kvetch.sqlite3` };
    const profile = `${folder}/profile`;
    let open: BrowserContext | undefined;
    try {
      let url: string;
      {
        await using server = await startServer(kept);
        url = server.url;
        open = await openBrowser(profile, { baseURL: url });
        const ada = await open.newPage();
        await enter(ada, "Ada");
        await send(ada, "Before the tunnel");
        await messages(ada, "Before the tunnel", "sent").waitFor();
        await makeRoom(ada, "Notes");
        await mayWrite(ada);
        await pageIsCached(ada, "/", "Notes");
        await ada.goto("/rooms/general");
        await roomIsStored(ada, "/rooms/general", "Before the tunnel");
        await open.close();
      }

      open = await openBrowser(profile, { baseURL: url });
      const ada = await open.newPage();
      await ada.goto("/");
      const rooms = ada.getByRole("navigation", { name: "Rooms" });
      await rooms.getByRole("link", { name: "Notes" }).waitFor();
      await rooms.getByRole("link", { name: "General" }).click();
      // As pending, where the browser was closed before what it stored knew more.
      await messages(ada, "Before the tunnel").waitFor();
      await mayWrite(ada);
      await send(ada, "In the tunnel");
      await messages(ada, "In the tunnel", "pending").waitFor();
      await connection(ada, "1 unsent").waitFor();
      await isOnDisk(ada, "In the tunnel");
      await open.close();

      await using _server = await startServer({
        ...kept,
        PORT: new URL(url).port,
      });
      const bob = await device(url);
      await enter(bob, "Bob");
      assertEquals(await messages(bob, "In the tunnel").count(), 0);
      open = await openBrowser(profile, { baseURL: url });
      const again = await open.newPage();
      await again.goto("/rooms/general");
      for (const page of [again, bob]) {
        await messages(page, "In the tunnel", "sent").waitFor();
        assertEquals(await messages(page, "In the tunnel").count(), 1);
        assertEquals(await messages(page, "Before the tunnel").count(), 1);
      }
    } finally {
      await open?.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);

browserTest(
  "A page that is not on the device says so when the network is gone, and leads to what is",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await pageIsCached(ada, "/");
    await roomIsStored(ada, "/rooms/general");
    await ada.context().setOffline(true);
    await ada.goto("/rooms/general/people");
    await ada.getByRole("heading", { name: "You are offline" }).waitFor();
    await ada.getByRole("link", { name: "Back to the rooms" }).click();
    await ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "General" }).click();
    await mayWrite(ada);
  },
);

browserTest(
  "Without a network the rooms are those of one's own copies, with what is unread; those that are not here say so",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await roomIsStored(ada, "/rooms/general");
    const attic = await ada.context().newPage();
    await makeRoom(attic, "Attic");
    await mayWrite(attic);
    const { pathname } = new URL(attic.url());
    await roomIsStored(attic, pathname);
    await pageIsCached(attic, "/", "Attic");

    // What the lobby that is kept does not know, the open tabs are told.
    await ada.evaluate(() =>
      Object.defineProperty(document, "hidden", { get: () => true })
    );
    const bob = await Writer.signIn(general.server.url, "Bob");
    await bob.write("Up here");
    const adaElsewhere = await Writer.of(ada);
    const { userID } = adaElsewhere.person;
    const room = `room:${pathname.split("/").pop()}`;
    await adaElsewhere.push([["updateRoom", { name: "Loft" }]], room);
    // It would come to the device by itself.
    const here = new Set(["room:general", room, `user:${userID}`]);
    await ada.context().route("**/api/replicache/pull?*", (route) => {
      const { searchParams } = new URL(route.request().url());
      return here.has(searchParams.get("space")!)
        ? route.continue()
        : route.abort();
    });
    const garden = { name: "Garden", visibility: "private" };
    await adaElsewhere.person.post("/api/rooms", garden);
    await copyIsStored(ada, "room:general", "Up here");
    await copyIsStored(ada, room, "Loft");
    await copyIsStored(ada, `user:${userID}`, "Garden");

    await attic.close();
    await ada.context().setOffline(true);
    await ada.goto("/");
    const rooms = ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link");
    await rooms.filter({ hasText: "Garden" })
      .filter({ hasText: "not on this device yet" }).click();
    await ada.getByText("This room is not on this device yet").waitFor();
    await ada.goBack();
    await rooms.filter({ hasText: "General" })
      .filter({ hasText: "1 unread" }).waitFor();
    const main = ada.getByRole("main");
    await main.getByRole("searchbox", { name: "Find a room" }).fill("general");
    await main.getByRole("link").filter({ hasText: "Bob: Up here" })
      .filter({ hasText: "1 unread" }).waitFor();
    await rooms.filter({ hasText: "Loft" }).click();
    await mayWrite(ada);
    const navigation = ada.getByRole("navigation", { name: "Rooms" });
    await navigation.getByRole("link", { name: /^General\s*1 unread/ }).click();
    await messages(ada, "Up here", "sent").waitFor();
    await mayWrite(ada);
  },
);

browserTest(
  "A form that cannot be sent for want of a network keeps what was typed, and says why",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await signIn(ada, "Ada");
    // On a page of its own, and in a dialog, behind which the page says nothing.
    for (const path of ["/new", "/"]) {
      await ada.goto(path);
      if (path === "/") await openNewRoom(ada);
      else await isAlive(ada);
      await ada.context().setOffline(true);
      const name = ada.getByRole("textbox", { name: "Room name" });
      await name.fill("Tunnel");
      await ada.getByRole("button", { name: "Create room" }).click();
      await ada.getByRole("alert").filter({ hasText: "connection" }).waitFor();
      assertEquals(await name.inputValue(), "Tunnel");
      await ada.context().setOffline(false);
      await ada.getByRole("button", { name: "Create room" }).click();
      await ada.waitForURL("/rooms/*");
    }
  },
);

browserTest(
  "Signing out leaves nothing on the device, and takes the other tabs along",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "For members' eyes");
    await messages(ada, "For members' eyes", "sent").waitFor();
    await pageIsCached(ada, ROOMS);
    const other = await ada.context().newPage();
    await other.goto("/rooms/general");
    await mayWrite(other);
    await ada.goto("/signout");
    await signOutButton(ada).click();
    for (const page of [ada, other]) await page.waitForURL("/signin");
    assertEquals(await traces(ada), []);
    // Nor does the browser's own button bring anything back.
    await ada.goBack();
    await ada.waitForURL("/signin*");
    assertEquals(await traces(ada), []);
  },
);

browserTest(
  "Signing out waits for a tab that sleeps, but not for ever, and leaves nothing on the device either",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await holdReplica(ada);
    await ada.goto("/signout");
    await signOutButton(ada).click();
    await ada.waitForURL("/signin");
    assertEquals(await traces(ada), []);
  },
);

browserTest(
  "The list of rooms on the offline page goes, too, when another tab signs out",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await roomIsStored(ada, "/rooms/general");
    const other = await ada.context().newPage();
    await other.goto("/offline");
    await other.getByRole("link", { name: "General" }).waitFor();
    await ada.goto("/signout");
    await signOutButton(ada).click();
    // Not by waiting for one navigation: another may take its place.
    await other.waitForFunction(() => location.pathname === "/signin");
    await ada.waitForURL("/signin");
    assertEquals(await traces(ada), []);
  },
);

browserTest(
  "Signing out without a script leaves nothing on the device either",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await roomIsStored(ada, "/rooms/general");
    // Not by blocking its script, which the service worker has.
    const browser = await ada.context().newCDPSession(ada);
    const scripts = (value: boolean) =>
      browser.send("Emulation.setScriptExecutionDisabled", { value });
    await scripts(true);
    await ada.goto("/signout");
    await signOutButton(ada).last().click();
    await ada.waitForURL("/signin");
    await scripts(false);
    assertEquals(await traces(ada), []);
  },
);

browserTest(
  "Signing out without a network is refused, and nothing is lost by it",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await roomIsStored(ada, "/rooms/general");
    await ada.goto("/signout");
    await ada.context().setOffline(true);
    await signOutButton(ada).click();
    await ada.getByRole("alert").filter({ hasText: "Signing out did not work" })
      .waitFor();
    await ada.goto("/rooms/general");
    await mayWrite(ada);
  },
);

browserTest(
  "A room that one was removed from is gone from the device as well",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await signIn(ada, "Ada");
    await signIn(bob, "Bob");
    const { roomID } = await ask(ada, "POST", "/api/rooms", {
      name: "Nest",
      visibility: "private",
    });
    const api = `/api/rooms/${roomID}`;
    const { url } = await ask(ada, "POST", `${api}/invites`, {});
    await bob.goto(url);
    await bob.getByRole("main").getByRole("button").first().click();
    await bob.waitForURL(`/rooms/${roomID}`);
    await mayWrite(bob);
    const room = `/rooms/${roomID}`;
    await send(bob, "A twig");
    await messages(bob, "A twig", "sent").waitFor(); // what is unsent would stay
    await roomIsStored(bob, room, "A twig");
    const { userID } = await ask(bob, "GET", "/api/session");
    await ask(ada, "DELETE", `${api}/members/${userID}`);
    await bob.getByText("This room is gone, or you are no longer in it.")
      .first().waitFor();
    await copyIsRemoved(bob, `room:${roomID}`);
  },
);

browserTest(
  "Whoever signs in next on a device is shown nothing of who was there before",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await makeRoom(ada, "Diary");
    await mayWrite(ada);
    await pageIsCached(ada, "/", "Diary");
    const own = new URL(ada.url()).pathname;
    // Without signing out: the session has ended of itself.
    await ada.context().clearCookies({ name: "kvetch_session" });
    await enter(ada, "Bob");
    await pageIsCached(ada, "/", "Bob");
    await ada.context().setOffline(true);
    await ada.goto("/");
    await ada.getByText("Bob", { exact: true }).waitFor();
    assertEquals(await ada.getByText("Ada", { exact: true }).count(), 0);
    await ada.goto(own);
    await ada.getByText("This room is not on this device yet").waitFor();
  },
);

/** Asks the server in a page's name. */
const ask = (page: Page, method: string, path: string, body?: unknown) =>
  page.evaluate(async ([method, path, body]) => {
    const answer = await fetch(path, {
      method,
      headers: body ? { "content-type": "application/json" } : {},
      body,
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.status === 204 ? {} : await answer.json();
  }, [method, path, body && JSON.stringify(body)] as [string, string, string?]);

/** Waits until the island that is on every page has come alive. */
async function isAlive(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  while (!await dialog.isVisible()) await page.keyboard.press("?");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}

const signOutButton = (page: Page) =>
  page.getByRole("main").getByRole("button", { name: "Sign out" });

/** Waits until another tab of the same room finds a message on the disk. */
async function isOnDisk(page: Page, text: string) {
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await messages(tab, text).waitFor();
  await tab.close();
}

/** A tab that holds on to a replica, as one that sleeps; nothing in it hears anything. */
async function holdReplica(page: Page): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto("/icon.svg");
  await tab.evaluate(() => {
    const forever = () => new Promise(() => {});
    return new Promise<void>((held) =>
      navigator.locks.request("replica/client/asleep", () => {
        held();
        return forever();
      })
    );
  });
}

/** What a browser still keeps of this site. */
const traces = (page: Page) =>
  page.evaluate(async () => [
    ...(await indexedDB.databases()).map(({ name }) => name),
    ...await caches.keys(),
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await navigator.serviceWorker.getRegistrations()).map(({ scope }) =>
      scope
    ),
  ]);
