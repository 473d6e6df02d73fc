// The rooms beside the one that is open: their copies on this device, and the list that is fed by them.
import { assert, assertEquals } from "@std/assert";
import type { Page, Response } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { goOnline } from "../support/failing_requests.ts";
import { mayWrite, messages, send } from "../support/room_page.ts";
import { copyIsStored, roomIsStored } from "../support/device_storage.ts";
import { freezable, type Freeze, handChecks } from "../support/frozen_tabs.ts";
import { shiftClock } from "../support/shifted_clock.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "Rooms that were never opened on a device are on it all the same: one reads, finds and writes in them without a network (A22)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const rooms = await makeRooms(ada, 12);
    for (const room of rooms) {
      await roomIsStored(ada, `/rooms/${room.roomID}`, `In ${room.name}`);
    }
    await ada.context().setOffline(true);
    await link(ada, "Room 12").click();
    await messages(ada, "In Room 12").waitFor();
    await send(ada, "Written below");
    await messages(ada, "Written below", "pending").waitFor();
    await link(ada, "Room 3").click();
    await messages(ada, "In Room 3").waitFor();
    await ada.reload();
    await messages(ada, "In Room 3").waitFor();
    await goOnline(ada);
    await link(ada, "Room 12").click();
    await messages(ada, "Written below", "sent").waitFor();
  },
);

browserTest(
  "The list is fed by the copies: what is written elsewhere shows in every tab, and the server is not asked for the list (A23)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const [room] = await makeRooms(ada, 1);
    await roomIsStored(ada, `/rooms/${room.roomID}`, "In Room 1");
    const tab = await ada.context().newPage();
    // Once, for what no copy tells.
    const list = tab.waitForResponse(/lazy_parts/)
      .then(() => tab.waitForResponse(isList));
    await tab.goto("/rooms/general");
    await mayWrite(tab);
    await tab.mouse.move(50, 50);
    await list;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.person.post(`/api/rooms/${room.roomID}/members`, {});
    await bob.write("Before", room.space);
    await link(tab, /Room 1\s*1 unread/).waitFor();
    await link(ada, /Room 1\s*1 unread/).waitFor();

    const asked = [ada, tab].map(countLists);
    for (let n = 2; n <= 6; n++) {
      await bob.write(n === 6 ? "Now, @Ada" : `News ${n}`, room.space);
      for (const page of [ada, tab]) {
        await link(page, new RegExp(`Room 1\\s*${n} unread`)).waitFor();
      }
    }
    // One may have been owed to what happened before.
    for (const count of asked) assert(count() <= 1, String(count()));
    await link(tab, /Room 1/).click();
    await messages(tab, "Now, @Ada").waitFor();
    await ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "Room 1", exact: true }).waitFor();
  },
);

browserTest(
  "One tab alone brings the copies in step, and none does for one who wants to save data (A22)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const pullers = new Map<string, Set<Page>>();
    ada.context().on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      const space = searchParams.get("space")!;
      if (!pathname.endsWith("/pull")) return;
      const pages = pullers.get(space) ?? new Set();
      pullers.set(space, pages.add(request.frame().page()));
    });
    const rooms = await makeRooms(ada, 3);
    const tab = await ada.context().newPage();
    const fed = tab.waitForResponse(/lazy_parts/);
    await tab.goto("/rooms/general");
    await mayWrite(tab);
    await tab.mouse.move(50, 50);
    await fed;
    for (const { roomID, name } of rooms) {
      await roomIsStored(ada, `/rooms/${roomID}`, `In ${name}`);
    }
    for (const { space } of rooms) {
      assertEquals(pullers.get(space)?.size, 1, space);
    }

    const own = await device(server.url);
    await own.addInitScript(() =>
      Object.defineProperty(navigator, "connection", {
        value: { saveData: true },
      })
    );
    await own.context().addCookies(await ada.context().cookies());
    const list = own.waitForResponse(/lazy_parts/)
      .then(() => own.waitForResponse(isList));
    await own.goto("/rooms/general");
    await mayWrite(own);
    await own.mouse.move(50, 50);
    await list;
    const { userID } = (await Writer.of(ada)).person;
    assertEquals(await copies(own), [
      `${userID}/room:general`,
      `${userID}/user:${userID}`,
    ]);
  },
);

browserTest(
  "Another tab keeps the copies in step when the one that does is frozen, which closes its own once it is awake (A22, R25)",
  async (device) => {
    let freeze!: Freeze;
    await using general = await onePerson(device, {}, async (page) => {
      freeze = await freezable(page);
    });
    const { ada, server } = general;
    const [room] = await makeRooms(ada, 1);
    await roomIsStored(ada, `/rooms/${room.roomID}`, "In Room 1");
    const tab = await ada.context().newPage();
    const check = await handChecks(tab);
    await tab.goto("/rooms/general");
    await mayWrite(tab);
    await tab.mouse.move(50, 50);
    await locksAre(tab, "pending", "rooms/", 1);
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.person.post(`/api/rooms/${room.roomID}/members`, {});
    await copyIsStored(ada, room.space, '"Bob"');

    await using frozen = await freeze();
    await bob.write("While it slept", room.space);
    // By then the copy may be opened again, and the stream is another's.
    await tab.evaluate(shiftClock, 120_000);
    await check(3);
    await copyIsStored(tab, room.space, "While it slept");
    const { userID } = (await Writer.of(ada)).person;
    const client = `replica/client/${userID}/${room.space}/`;
    await locksAre(tab, "held", client, 2);
    await frozen.thaw();
    await locksAre(tab, "held", client, 1);
    await bob.write("And since", room.space);
    await copyIsStored(tab, room.space, "And since");
  },
);

browserTest(
  "Eight copies stay open, and what happens in another room opens none: the server's list tells of it (A22, A23)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const rooms = await makeRooms(ada, 12);
    for (const { roomID, name } of rooms) {
      await roomIsStored(ada, `/rooms/${roomID}`, `In ${name}`);
    }
    const bob = await Writer.signIn(server.url, "Bob");
    const pulled = new Set<string>();
    ada.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith("/pull")) pulled.add(searchParams.get("space")!);
    });
    // More than a poke brings along: what is open pulls it.
    const much = "🙂".repeat(3_950);
    for (const { roomID, space, name } of rooms) {
      await bob.person.post(`/api/rooms/${roomID}/members`, {});
      await bob.write(`News in ${name} ${much}`, space);
    }
    for (const { name } of rooms) {
      await link(ada, new RegExp(`${name}\\s*1 unread`)).waitFor();
    }
    const own = rooms.filter(({ space }) => pulled.has(space));
    assertEquals(own.length, 8);
  },
);

/** Makes rooms with a message in each, from another device. */
async function makeRooms(page: Page, count: number) {
  const writer = await Writer.of(page);
  const rooms: { roomID: string; space: string; name: string }[] = [];
  for (let n = 1; n <= count; n++) {
    const name = `Room ${n}`;
    const { body } = await writer.person.post("/api/rooms", {
      name,
      visibility: "public",
    });
    rooms.push({ ...body, name });
    await writer.write(`In ${name}`, body.space);
  }
  return rooms;
}

/** Waits until so many locks whose names begin like this are held, or waited for, in a browser. */
const locksAre = (
  page: Page,
  how: "held" | "pending",
  prefix: string,
  count: number,
): Promise<void> =>
  page.evaluate(async ([how, prefix, count]) => {
    const isSo = async () => {
      const { [how]: locks = [] } = await navigator.locks.query();
      const ours = locks.filter(({ name }) => name!.startsWith(prefix));
      return ours.length === count;
    };
    while (!await isSo()) await new Promise(requestAnimationFrame);
  }, [how, prefix, count] as const);

const link = (page: Page, name: string | RegExp) =>
  page.getByRole("navigation", { name: "Rooms" })
    .getByRole("link", { name, exact: true });

const isList = (response: Response) =>
  new URL(response.url()).pathname === "/api/rooms";

/** Counts the requests for the list from now on. */
function countLists(page: Page): () => number {
  let count = 0;
  page.on("response", (response) => count += isList(response) ? 1 : 0);
  return () => count;
}

/** The copies that a device has: whose, and of which space. */
const copies = (page: Page): Promise<string[]> =>
  page.evaluate(async () =>
    (await indexedDB.databases())
      .map(({ name }) => name?.match(/^rep:([^/]+\/[^/]+)\/\d+:/)?.[1])
      .filter((name) => name !== undefined).sort()
  );
