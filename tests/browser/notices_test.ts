// Notifications: asked for by a button only, shown when nobody is looking.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, type Device } from "../support/browser.ts";
import { pageIsCached, ROOMS } from "../support/device_storage.ts";
import { freezable, handChecks } from "../support/frozen_tabs.ts";
import {
  enter,
  hasRead,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { shiftClock } from "../support/shifted_clock.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "A mention notifies while the tab is hidden; other messages only if that was chosen",
  async (device) => {
    await using server = await startServer();
    const { ada, bob } = await listenerAndSpeaker(device, server.url);
    await notifies(ada);
    await enter(bob, "Bob");
    await say(bob, "@Ada while you look", ada);
    await hasRead(ada, 1);
    await setHidden(ada, true);
    await say(bob, "Nothing for anyone", ada);
    await say(bob, "Are you there, @Ada?", ada);
    await notified(ada, ["Bob · General: Are you there, @Ada?"]);

    await setHidden(ada, false);
    await ada.goto("/settings");
    await ada.getByRole("radio", { name: "Every message" }).check();
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await notifies(ada);
    await setHidden(ada, true);
    await say(bob, "For everyone", ada);
    await notified(ada, [
      "Bob · General: Are you there, @Ada?",
      "Bob · General: For everyone",
    ]);
  },
);

browserTest(
  "Notices follow what is set for a room: mentions only, or none, and those that stand are withdrawn (A21)",
  async (device) => {
    await using server = await startServer();
    const { ada } = await listenerAndSpeaker(device, server.url);
    await ada.goto("/settings");
    await ada.getByRole("radio", { name: "Every message" }).check();
    const bob = await Writer.signIn(server.url, "Bob");
    const phone = await Writer.of(ada);
    const attic = (await bob.person.post("/api/rooms", { name: "Attic" })).body;
    await phone.person.post(`/api/rooms/${attic.roomID}/members`, {});
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await notifies(ada);
    await setHidden(ada, true);
    const set = (notify: string) =>
      phone.push(
        [["setRoomSettings", { roomID: "general", notify }]],
        `user:${phone.person.userID}`,
      );
    const say = (id: string, content: string) =>
      bob.push([["createMessage", { id, content }]]);
    // The pokes of two spaces go out each by itself: the message may be told first.
    const known = ada.waitForResponse(async (answer) =>
      /\/pull\?space=user/.test(answer.url()) &&
      (await answer.text()).includes('"mentions"')
    );
    await set("mentions");
    await known;
    await say("m1", "Nothing for anyone");
    await say("m2", "@Ada?");
    await standing(ada, "m2");
    await set("muted");
    await standing(ada);
    await say("m3", "@Ada!");
    // Once this is told, of a room that is looked at later, the other is not.
    await bob.write("For everyone", attic.space);
    await notified(ada, [
      "Bob · General: @Ada?",
      "Bob · Attic: For everyone",
    ]);
  },
);

browserTest(
  "A window that is visible behind another notifies",
  async (device) => {
    await using server = await startServer();
    const { ada, bob } = await listenerAndSpeaker(device, server.url);
    await notifies(ada);
    await enter(bob, "Bob");
    await ada.evaluate(() => {
      document.hasFocus = () => false;
      dispatchEvent(new Event("blur"));
    });
    await say(bob, "Behind your mail, @Ada", ada);
    await notified(ada, ["Bob · General: Behind your mail, @Ada"]);
  },
);

browserTest(
  "A notice is withdrawn once its message is read on another device, or deleted",
  async (device) => {
    await using server = await startServer();
    const { ada } = await listenerAndSpeaker(device, server.url);
    await notifies(ada);
    await setHidden(ada, true);
    const bob = await Writer.signIn(server.url, "Bob");
    const phone = await Writer.of(ada);
    for (const n of [1, 2, 3]) {
      const content = `Number ${n}, @Ada`;
      await bob.push([["createMessage", { id: `m${n}`, content }]]);
    }
    await standing(ada, "m1", "m2", "m3");
    const read = { roomID: "general", seq: 1 };
    await phone.push([["markRead", read]], `user:${phone.person.userID}`);
    await standing(ada, "m2", "m3");
    await bob.push([["deleteMessage", { id: "m3" }]]);
    await standing(ada, "m2");
    await setHidden(ada, false); // it is looked at
    await standing(ada);
  },
);

browserTest(
  "What comes into a room that no tab shows is notified of once, whichever tabs there are",
  async (device) => {
    await using server = await startServer();
    const { ada, bob } = await listenerAndSpeaker(device, server.url);
    await enter(bob, "Bob");
    await makeRoom(ada, "Elsewhere");
    await mayWrite(ada);
    await notifies(ada);
    const lobby = await ada.context().newPage();
    await lobby.goto("/");
    await notifies(lobby, 2);
    await send(bob, "Nothing for anyone");
    await messages(bob, "Nothing for anyone", "sent").waitFor();
    await send(bob, "Where are you, @Ada?");
    await notified(lobby, ["Bob · General: Where are you, @Ada?"]);

    // The tab that did so is closed: the other takes over, and tells nothing twice.
    await ada.close();
    await notifies(lobby);
    await send(bob, "Still there, @Ada?");
    await notified(lobby, [
      "Bob · General: Where are you, @Ada?",
      "Bob · General: Still there, @Ada?",
    ]);
  },
);

browserTest(
  "Another tab notifies when the one that does is frozen, of what came meanwhile as well, and of nothing twice (R25)",
  async (device) => {
    await using server = await startServer();
    const { ada } = await listenerAndSpeaker(device, server.url);
    const freeze = await freezable(ada);
    await makeRoom(ada, "Elsewhere");
    await mayWrite(ada);
    await notifies(ada);
    const lobby = await ada.context().newPage();
    const check = await handChecks(lobby);
    await lobby.goto("/");
    await notifies(lobby, 2);
    const bob = await Writer.signIn(server.url, "Bob");
    const told: string[] = [];
    const tell = async (text: string) => {
      await bob.write(text);
      told.push(`Bob · General: ${text}`);
    };
    await tell("Are you there, @Ada?");
    await notified(lobby, told);
    await using frozen = await freeze();
    await tell("Do you sleep, @Ada?");
    // The stream, too, comes by the frozen one until then.
    await lobby.evaluate(shiftClock, 60_000);
    await check(3);
    await notified(lobby, told);
    await frozen.thaw();
    await tell("Good morning, @Ada!");
    await notified(lobby, told);

    // It notifies again once the other is gone.
    await lobby.close();
    await notifies(ada);
    await tell("Good night, @Ada!");
    await notified(ada, told);
  },
);

browserTest(
  "A room that one looks at in any tab notifies of nothing, until nobody looks any more",
  async (device) => {
    await using server = await startServer();
    const ada = await permitted(device, server.url);
    const bob = await device(server.url);
    const hidden = await ada.context().newPage();
    await enter(ada, "Ada");
    await pageIsCached(ada, ROOMS);
    await hidden.goto("/");
    await setHidden(hidden, true);
    await notifies(hidden, 2);
    await ada.reload(); // so that the other tab leads
    await mayWrite(ada);
    await notifies(hidden, 2);
    await enter(bob, "Bob");
    // Whichever does it, the one that shows the room or the other.
    const told: string[] = [];
    let count = 0;
    for (const close of [hidden, undefined]) {
      await say(bob, `@Ada, you see this ${++count}`, ada);
      await hasRead(ada, count);
      await setHidden(ada, true);
      await say(bob, `@Ada, you do not see this ${++count}`, ada);
      told.push(`Bob · General: @Ada, you do not see this ${count}`);
      await notified(ada, told);
      await setHidden(ada, false);
      await close?.close();
    }
  },
);

browserTest(
  "A tab that is open when it is allowed notifies from then on",
  async (device) => {
    await using server = await startServer();
    const { ada, bob } = await listenerAndSpeaker(device, server.url, []);
    await enter(bob, "Bob");
    await setHidden(ada, true);
    await say(bob, "@Ada, too early", ada);
    await ada.context().grantPermissions(["notifications"]);
    await notifies(ada);
    await say(bob, "@Ada, in time", ada);
    await notified(ada, ["Bob · General: @Ada, in time"]);
  },
);

browserTest(
  "Nothing asks for permission before the button in the settings does",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await ada.addInitScript(() => {
      // What a headless browser would not ask.
      Object.assign(Notification, {
        requestPermission: () => {
          document.documentElement.dataset.asked = "";
          return Promise.resolve("denied");
        },
      });
      Object.defineProperty(Notification, "permission", {
        get: () => "default",
      });
    });
    const asked = () => ada.locator("html[data-asked]").count();
    await enter(ada, "Ada");
    await send(ada, "Hello");
    await messages(ada, "Hello", "sent").waitFor();
    assertEquals(await asked(), 0);
    await ada.goto("/settings");
    const allow = ada.getByRole("button", { name: "Allow notifications" });
    await allow.waitFor();
    assertEquals(await asked(), 0);
    await allow.click();
    await ada.getByText("Your browser blocks notifications").waitFor();
    assertEquals(await asked(), 1);
  },
);

browserTest(
  "Whom one has blocked one is notified of by no mention, and of others as before (T33)",
  async (device) => {
    await using server = await startServer();
    const { ada } = await listenerAndSpeaker(device, server.url);
    await notifies(ada);
    const [bob, carol] = [
      await Writer.signIn(server.url, "Bob"),
      await Writer.signIn(server.url, "Carol"),
    ];
    const adas = await Writer.of(ada);
    const { userID } = adas.person;
    const person = { id: bob.person.userID, name: "Bob" };
    await adas.push([["blockPerson", person]], `user:${userID}`);
    await setHidden(ada, true);
    await bob.write("@Ada, it is me");
    await carol.write("@Ada, and me");
    await notified(ada, ["Carol · General: @Ada, and me"]);
  },
);

/** Ada in General, who may be notified; and a device for Bob. */
async function listenerAndSpeaker(
  device: Device,
  url: string,
  permissions?: string[],
) {
  const ada = await permitted(device, url, permissions);
  await enter(ada, "Ada");
  await pageIsCached(ada, ROOMS);
  return { ada, bob: await device(url) };
}

/** A device whose owner has allowed notifications, and whose pages can be hidden. */
async function permitted(
  device: Device,
  url: string,
  permissions = ["notifications"],
): Promise<Page> {
  const page = await device(url, { permissions });
  await page.context().addInitScript((granted) => {
    // Pages of a headless browser are always visible, and permit nothing.
    Object.defineProperty(document, "hidden", {
      get: () => document.documentElement.dataset.isHidden !== undefined,
    });
    let permission = granted ? "granted" : "default";
    Object.defineProperty(Notification, "permission", {
      get: () => permission,
    });
    navigator.permissions?.query({ name: "notifications" }).then((status) =>
      status.addEventListener("change", () => permission = status.state)
    );
    if (!globalThis.ServiceWorkerRegistration) return; // a tab's first, empty page
    ServiceWorkerRegistration.prototype.showNotification = (title, options) => {
      // Of all tabs.
      const shown = JSON.parse(localStorage.getItem("shown") ?? "[]");
      shown.push(`${title}: ${options?.body}`);
      localStorage.setItem("shown", JSON.stringify(shown));
      const standing = { ...readStanding(), [options!.tag!]: options!.data };
      localStorage.setItem("standing", JSON.stringify(standing));
      return Promise.resolve();
    };
    ServiceWorkerRegistration.prototype.getNotifications = () => {
      const notices = Object.entries(readStanding()).map(([tag, data]) => ({
        tag,
        data,
        close() {
          const { [tag]: _, ...others } = readStanding();
          localStorage.setItem("standing", JSON.stringify(others));
        },
      }));
      return Promise.resolve(notices as unknown as Notification[]);
    };
    function readStanding(): Record<string, unknown> {
      return JSON.parse(localStorage.getItem("standing") ?? "{}");
    }
  }, permissions.length > 0);
  return page;
}

const setHidden = (page: Page, hidden: boolean) =>
  page.evaluate((hidden) => {
    document.documentElement.toggleAttribute("data-is-hidden", hidden);
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

async function say(from: Page, text: string, to: Page) {
  await send(from, text);
  await messages(to, text, "sent").waitFor();
}

/** Waits until this page notifies, or stands in line of so many to do so. */
const notifies = (page: Page, tabs = 1) =>
  page.evaluate(async (tabs) => {
    while (true) {
      const { held = [], pending = [] } = await navigator.locks.query();
      const ours = [...held, ...pending]
        .filter(({ name }) => name!.startsWith("notices/"));
      if (ours.length === tabs) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }, tabs);

const shown = async (page: Page): Promise<string[]> =>
  JSON.parse(
    await page.evaluate(() => localStorage.getItem("shown")) ?? "[]",
  );

/** Waits until the notices of these messages stand, and no others. */
const standing = (page: Page, ...ids: string[]) =>
  page.waitForFunction((ids) => {
    const notices = JSON.parse(localStorage.getItem("standing") ?? "{}");
    return Object.keys(notices).sort().join() === ids;
  }, ids.join());

/** Waits for what has been shown by now, and nothing else. */
async function notified(page: Page, expected: string[]) {
  await page.waitForFunction(
    (n) => JSON.parse(localStorage.getItem("shown") ?? "[]").length >= n,
    expected.length,
  );
  assertEquals(await shown(page), expected);
}
