// Notices to devices that are closed: how they are turned on, what the service worker shows, where a click leads.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, PLAIN_HOST } from "../support/browser.ts";
import { failRequests } from "../support/failing_requests.ts";
import { NoticeWorker, pushDevice } from "../support/push_device.ts";
import { PushService, REACHES_PUSH_SERVICE } from "../support/push_service.ts";
import { enter, mayWrite, messages } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { Writer } from "../support/writer.ts";

const group = (page: Page) =>
  page.getByRole("group", { name: "While Kvetch is closed" });
const button = (page: Page, name: string) =>
  group(page).getByRole("button", { name, exact: true });

async function enterAndTurnOn(ada: Page): Promise<void> {
  await enter(ada, "Ada");
  await ada.goto("/settings");
  await button(ada, "Turn on").click();
  await button(ada, "Turn off").waitFor();
}

/** Waits until the server knows of a subscription. */
const subscribed = (page: Page) =>
  page.waitForResponse((answer) =>
    answer.url().endsWith("/api/subscription") &&
    answer.request().method() === "POST"
  );

/** What the server tells the device of by now. */
const wantedOf = async (page: Page) =>
  (await (await page.request.get("/api/subscription")).json()).wanted;

browserTest(
  "A person turns notices on for a closed device, tries them, has them follow the choice above, and turns them off (T87, A32)",
  async (device) => {
    await using service = await PushService.start();
    await using server = await startServer(REACHES_PUSH_SERVICE);
    const ada = await pushDevice(device, server.url, service, "phone");
    await enterAndTurnOn(ada);
    assertEquals(await wantedOf(ada), "mentions");

    await button(ada, "Send a test").click();
    const [{ notice }] = await service.until(() => true);
    await group(ada).getByText("Sent.").waitFor();
    const worker = await NoticeWorker.of(ada);
    await worker.deliver(notice);
    await worker.until("test");

    const stored = subscribed(ada);
    await ada.getByRole("radio", { name: "Every message" }).check();
    await stored;
    assertEquals(await wantedOf(ada), "all");
    // What can't be looked up is no failure of anything that was asked for.
    const mend = await failRequests(ada, /\/api\/subscription$/);
    await ada.reload();
    await group(ada).getByText("Can't be looked up now.").waitFor();
    assertEquals(await group(ada).getByRole("alert").count(), 0);
    mend();
    await button(ada, "Try again").click();
    await button(ada, "Turn off").click();
    await button(ada, "Turn on").waitFor();
    assertEquals(await wantedOf(ada), null);
  },
);

browserTest(
  "Where a test does not come through it is said why, and what to do (T87)",
  async (device) => {
    await using service = await PushService.start();
    await using server = await startServer(REACHES_PUSH_SERVICE);
    const ada = await pushDevice(device, server.url, service, "phone");
    await enterAndTurnOn(ada);
    service.answer("phone", { status: 500 });
    await button(ada, "Send a test").click();
    const alert = group(ada).getByRole("alert");
    await alert.getByText("refused the notice (500)").waitFor();
    service.answer("phone", { status: 410 });
    await button(ada, "Send a test").click();
    await alert.getByText("has ended").waitFor();
    await ada.context().setOffline(true);
    await button(ada, "Send a test").click();
    await alert.getByText("You need a connectio").waitFor();
  },
);

browserTest(
  "The settings say what keeps a device from being told: a page without https, an iPhone's Safari, an old browser, a refusal (A32)",
  async (device) => {
    await using service = await PushService.start();
    await using server = await startServer({ HOST: "0.0.0.0" });
    const says = (page: Page, text: string) =>
      page.getByRole("region", { name: "This device" }).getByText(text)
        .waitFor();
    const plain = server.url.replace(/\/\/[^:]+/, `//${PLAIN_HOST}`);
    const insecure = await device(plain);
    await insecure.goto("/signin");
    await insecure.getByLabel("Your name").fill("Ada");
    await insecure.getByRole("button", { name: "Sign in" }).click();
    await insecure.waitForURL("**/rooms/general");
    await insecure.goto("/settings");
    await says(insecure, "address begins with https");

    const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)";
    const local = server.url.replace(/\/\/[^:]+/, "//localhost");
    const iPhone = await device(local, { userAgent });
    await iPhone.addInitScript(() => {
      // As there, until it is on the Home Screen.
      Reflect.deleteProperty(globalThis, "Notification");
      Reflect.deleteProperty(globalThis, "PushManager");
    });
    await enter(iPhone, "Ada");
    await iPhone.goto("/settings");
    await says(iPhone, "Add to Home Screen");

    const old = await device(local);
    await old.addInitScript(() => {
      Reflect.deleteProperty(globalThis, "PushManager");
      Object.defineProperty(Notification, "permission", {
        get: () => "granted",
        configurable: true,
      });
    });
    await enter(old, "Ada");
    await old.goto("/settings");
    await group(old).getByText("no push messages").waitFor();
    // Before it is allowed nothing speaks against telling of messages in a tab.
    await old.addInitScript(() => {
      Object.defineProperty(Notification, "permission", {
        get: () => "default",
      });
    });
    await old.goto("/settings");
    await old.getByRole("button", { name: "Allow notifications" }).waitFor();
    assertEquals(await old.getByText("no push messages").count(), 0);

    const denied = await pushDevice(device, local, service, "phone");
    await enter(denied, "Ada");
    await denied.evaluate(() => document.cookie = "denied=1; path=/");
    await denied.goto("/settings");
    await says(denied, "Your browser blocks notifications");
    assertEquals(await group(denied).count(), 0);
  },
);

browserTest(
  "The service worker shows what is pushed: a notice of each mention, one of a room's other messages, none of what was read (A32)",
  async (device) => {
    await using service = await PushService.start();
    await using server = await startServer(REACHES_PUSH_SERVICE);
    const ada = await pushDevice(device, server.url, service, "phone");
    await enter(ada, "Ada");
    const phone = await Writer.of(ada);
    const keys = await service.subscribe("phone");
    const subscription = { ...keys, wanted: "mentions" };
    await phone.person.post("/api/subscription", subscription);
    const worker = await NoticeWorker.of(ada);
    await ada.goto("about:blank");
    const bob = await Writer.signIn(server.url, "Bob");
    for (const id of ["m1", "m2"]) {
      const content = `Are you there, @Ada? ${id}`;
      await bob.push([["createMessage", { id, content }]]);
    }
    // What the server has sent is what is shown.
    const told = await service.until(() => true, 2);
    for (const { notice } of told) await worker.deliver(notice);
    await worker.until("m1", "m2");
    const [first] = await worker.standing();
    assertEquals(first.title, "Bob · General");
    assertEquals(first.body, "Are you there, @Ada? m1");
    // Delivered again, it is the same notice.
    await worker.deliver(told[0].notice);
    await worker.until("m1", "m2");
    const about = { title: "Bob · General", body: "x", roomID: "general" };
    const plain = { ...about, url: "/rooms/general", read: 0, isPlain: true };
    await worker.deliver({ ...plain, tag: "m3", seq: 3 });
    await worker.until("m1", "m2", "m3");
    await worker.deliver({ ...plain, tag: "m4", seq: 4 });
    await worker.until("m1", "m2", "m4");
    await worker.deliver({ ...plain, tag: "m5", seq: 5, read: 1 });
    await worker.until("m2", "m5");
    assertEquals((await worker.log()).at(-1), "badge 2");
  },
);

browserTest(
  "A click on a notice leads to its message: in the tab that is open, in whichever room that is, or in a new one (A32)",
  async (device) => {
    await using service = await PushService.start();
    await using server = await startServer(REACHES_PUSH_SERVICE);
    const ada = await pushDevice(device, server.url, service, "phone");
    await enter(ada, "Ada");
    await mayWrite(ada);
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 120);
    const { roomID } = (await bob.person.post("/api/rooms", { name: "Attic" }))
      .body;
    const worker = await NoticeWorker.of(ada);
    const about = { title: "Bob", body: "x", seq: 1, read: 0, roomID };
    const clicked = async (tag: string, url: string) => {
      await worker.deliver({ ...about, tag, url });
      await worker.until(tag);
      await worker.click(tag);
      await worker.until();
    };
    let loads = 0;
    ada.on("load", () => loads++);
    await clicked("m7", "/rooms/general#message-m7");
    await messages(ada, "This is number 7.").waitFor();
    await ada.waitForURL("**/rooms/general#message-m7");
    await clicked("a", `/rooms/${roomID}#message-a`);
    await ada.waitForURL(`**/rooms/${roomID}#message-a`);
    assertEquals(loads, 0);
    const focused = (await worker.log()).filter((each) => each === "focused");
    assertEquals(focused.length, 2);
    await ada.goto("about:blank");
    await clicked("m8", "/rooms/general#message-m8");
    assert(
      (await worker.log()).includes("opened /rooms/general#message-m8"),
    );
  },
);

browserTest(
  "A device that another person signs in on is told of what is theirs from then on, and nothing of who was there before (T81)",
  async (device) => {
    await using service = await PushService.start();
    await using server = await startServer(REACHES_PUSH_SERVICE);
    const ada = await pushDevice(device, server.url, service, "phone");
    await enterAndTurnOn(ada);
    const bob = await Writer.signIn(server.url, "Bob");
    const { url } = (await bob.person.post("/api/session/link", {})).body;
    await ada.goto(url);
    const stored = subscribed(ada);
    await ada.getByRole("button", { name: /^Sign in/ }).click();
    await stored;
    assertEquals(await wantedOf(ada), "mentions");
    await ada.goto("about:blank"); // it would read
    const cleo = await Writer.signIn(server.url, "Cleo");
    await cleo.write("@Ada, and @Bob");
    await service.until(() => true);
    await cleo.write("@Ada");
    await cleo.write("@Bob");
    const told = await service.until(() => true, 2);
    assertEquals(told.map(({ notice }) => notice.body), [
      "@Ada, and @Bob",
      "@Bob",
    ]);
  },
);

browserTest(
  "A subscription that the browser has renewed by itself is told to the server, and one whose server has other keys is made anew (T81)",
  async (device) => {
    await using service = await PushService.start();
    await using server = await startServer(REACHES_PUSH_SERVICE);
    const ada = await pushDevice(device, server.url, service, "phone");
    await enterAndTurnOn(ada);
    const worker = await NoticeWorker.of(ada);
    await worker.renew(await service.subscribe("renewed"));
    await button(ada, "Send a test").click();
    const [{ device: told }] = await service.until(() => true);
    assertEquals(told, "renewed");
    assertEquals(await wantedOf(ada), "mentions");

    await ada.evaluate(() =>
      localStorage.setItem("the browser's subscription", "A".repeat(87))
    );
    const stored = subscribed(ada);
    await ada.reload();
    await stored;
    const { publicKey } = await (await ada.request.get("/api/subscription"))
      .json();
    const key = await ada.evaluate(() =>
      localStorage.getItem("the browser's subscription")
    );
    assertEquals(key, publicKey);
  },
);

browserTest(
  "The app's icon says how many are unread, as the title does (A32)",
  async (device) => {
    await using service = await PushService.start();
    await using server = await startServer(REACHES_PUSH_SERVICE);
    const ada = await pushDevice(device, server.url, service, "phone");
    await ada.context().addInitScript(() => {
      navigator.setAppBadge = (n) => {
        document.documentElement.dataset.badge = `${n}`;
        return Promise.resolve();
      };
    });
    await enter(ada, "Ada");
    const phone = await Writer.of(ada);
    const { roomID, space } =
      (await phone.person.post("/api/rooms", { name: "Attic" })).body;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.person.post(`/api/rooms/${roomID}/members`, {});
    for (let n = 0; n < 3; n++) await bob.write("Hello", space);
    await ada.locator("html[data-badge='3']").waitFor({ state: "attached" });
    await ada.goto(`/rooms/${roomID}`);
    await ada.locator("html[data-badge='0']").waitFor({ state: "attached" });
  },
);
