// How fast one goes from room to room in a real browser, what a first room costs, and the rooms beside it.
import type { Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { copyIsStored } from "../support/device_storage.ts";
import { connection, mayWrite } from "../support/room_page.ts";
import { sizeOf } from "../support/scripts.ts";
import { startServer } from "../support/server.ts";
import { watchWire } from "../support/wire.ts";
import { Writer } from "../support/writer.ts";
import { median, type Row, timeOf } from "./table.ts";

/** Rooms, each with so many messages. */
const ROOMS = 30;
const MESSAGES = 60;

/** In milliseconds, of a server that is far away. */
const SLOW = 2_000;

const SPEEDS = [1, 4] as const;

/** `clicks` is how often each way of going is measured. */
export async function benchRooms(clicks: number): Promise<Row[]> {
  await using server = await startServer();
  const browser = await launchBrowser();
  try {
    const { rooms, cookies } = await makeRooms(server.url);
    const open = async () => {
      const context = await browser.newContext({ baseURL: server.url });
      await context.addCookies(cookies);
      return await context.newPage();
    };
    const rows = await benchCold(open);

    const page = await open();
    const context = page.context();
    const received = await watchWire(page);
    await page.goto("/rooms/general");
    await mayWrite(page);
    const before = sizeOf(received());
    const seconds = await timeOf(() => allStored(page, rooms)) / 1_000;
    rows.push({
      what: `${ROOMS} rooms brought in step in the background`,
      figure: seconds,
      unit: "s",
    }, {
      what: `${ROOMS} rooms in the background, on the wire`,
      figure: (sizeOf(received()) - before) / 1_000,
      unit: "kB",
    });

    const { setSpeed, heap } = await tools(page);
    const names = rooms.map(({ name }) => name);
    const five = names.slice(0, 5);
    await visit(page, [...five, ...five]); // the scripts are warm then
    const withFive = await heap();

    for (const speed of SPEEDS) {
      await setSpeed(speed);
      const go = (what: string, names: string[]) =>
        benchGoing(page, names, clicks, `${what}, CPU ×${speed}`, speed);
      rows.push(
        ...await go("open rooms", five.slice(0, 4)),
        ...await go("rooms that are on the device", names),
      );
      await context.setOffline(true);
      rows.push(...await go("the same, offline", names));
      await context.setOffline(false);
      await connection(page, "Online").waitFor();
      await page.route("**/api/**", async (route) => {
        await new Promise((resolve) => setTimeout(resolve, SLOW));
        await route.continue().catch(() => {}); // the page has left
      });
      rows.push(...await go(`the same, server ${SLOW / 1_000} s away`, names));
      await page.unrouteAll({ behavior: "ignoreErrors" });
    }

    await setSpeed(1);
    await visit(page, names);
    rows.push({
      what: `Memory of a page after ${ROOMS} rooms`,
      figure: await heap(),
      floor: withFive,
      unit: "MB",
      target: "<= 150 % of the floor",
      against: "after 5 rooms",
    });
    return rows;
  } finally {
    await browser.close();
  }
}

/** Makes rooms with messages in them; the cookies are those of their owner. */
async function makeRooms(url: string) {
  const writer = await Writer.signIn(url, "Ada");
  const rooms: { roomID: string; space: string; name: string }[] = [];
  for (let n = 1; n <= ROOMS; n++) {
    const name = `Room ${n}.`;
    const { body } = await writer.person.post("/api/rooms", {
      name,
      visibility: "public",
    });
    await writer.push(
      Array.from({ length: MESSAGES }, (_, i) => [
        "createMessage",
        { id: `${n}-${i}`, content: `Message ${i} in ${name}` },
      ]),
      body.space,
    );
    rooms.push({ ...body, name });
  }
  const [name, value] = writer.person.cookie.split("=");
  return { rooms, cookies: [{ name, value, url }] };
}

/** The first room that a browser opens. */
async function benchCold(open: () => Promise<Page>): Promise<Row[]> {
  const writer = await open();
  const canWrite = await timeOf(async () => {
    await writer.goto("/rooms/general");
    await mayWrite(writer);
  });
  await writer.context().close();

  const page = await open();
  const received = await watchWire(page);
  const pulled = page.waitForResponse("**/pull?space=user*");
  await page.goto("/rooms/general");
  await connection(page, "Online").waitFor();
  await (await pulled).finished();
  const bytes = sizeOf(received());
  const painted = await page.evaluate(() =>
    performance.getEntriesByName("first-contentful-paint")[0].startTime
  );
  await page.context().close();
  const what = "First room of a browser";
  return [{
    what: `${what}: on the wire`,
    figure: bytes / 1_000,
    floor: 110,
    unit: "kB",
    target: "<= 100 % of the floor",
    against: "the budget",
  }, {
    what: `${what}: first paint`,
    figure: painted,
    unit: "ms",
  }, {
    what: `${what}: one can write`,
    figure: canWrite,
    unit: "ms",
  }];
}

/** Waits until all rooms are on the device. */
async function allStored(page: Page, rooms: { space: string; name: string }[]) {
  for (const { space, name } of rooms) await copyIsStored(page, space, name);
}

/** Goes from one room to the next, round and round. */
async function benchGoing(
  page: Page,
  names: string[],
  clicks: number,
  what: string,
  speed: 1 | 4,
): Promise<Row[]> {
  const times = [];
  for (let i = 0; i < clicks; i++) {
    // A person reads before they go on.
    await page.evaluate(() => new Promise((go) => requestIdleCallback(go)));
    times.push(await go(page, names[i % names.length]));
  }
  const [painted, writable] = { 1: [50, 100], 4: [150, 400] }[speed];
  return [{
    what: `Click to painted messages: ${what}`,
    figure: median(times.map((each) => each.painted)),
    floor: painted,
    unit: "ms",
    target: "<= 100 % of the floor",
    against: "the goal",
  }, {
    what: `Click to where one can write: ${what}`,
    figure: median(times.map((each) => each.writable)),
    unit: "ms",
    ...speed === 1 &&
      { floor: writable, target: "<= 100 % of the floor", against: "the goal" },
  }];
}

/** Clicks on a room in the list; milliseconds until its messages are painted, and until its box has the focus. */
const go = (page: Page, name: string) =>
  page.evaluate((name) => {
    const links = [...document.querySelectorAll<HTMLElement>("#rooms a")];
    const link = links.find((each) =>
      each.querySelector(".name")?.textContent === name
    )!;
    const start = performance.now();
    const { promise, resolve } = Promise.withResolvers<
      { painted: number; writable: number }
    >();
    let painted = NaN;
    let writable = NaN;
    const look = () => {
      const isShown = [...document.querySelectorAll(".log article")].at(-1)
        ?.textContent?.includes(`in ${name}`);
      const now = performance.now() - start;
      if (isShown && isNaN(painted)) painted = now;
      const box = document.querySelector(".composer textarea");
      const isThere = isShown && box === document.activeElement;
      if (isThere && isNaN(writable)) writable = now;
      if (!isNaN(painted) && !isNaN(writable)) resolve({ painted, writable });
      // Called before each paint, so that what it finds was painted in the one before.
      else requestAnimationFrame(look);
    };
    link.click();
    requestAnimationFrame(look);
    return promise;
  }, name);

async function visit(page: Page, names: readonly string[]): Promise<void> {
  for (const name of names) await go(page, name);
}

/** What only Chromium's tools can do: slow the processor down, and measure the heap, in MB. */
async function tools(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  return {
    setSpeed: (rate: number) =>
      session.send("Emulation.setCPUThrottlingRate", { rate }),
    async heap(): Promise<number> {
      await session.send("HeapProfiler.collectGarbage");
      const { metrics } = await session.send("Performance.getMetrics");
      const { value } = metrics.find(({ name }) => name === "JSHeapUsedSize")!;
      return value / 1_000_000;
    },
  };
}
