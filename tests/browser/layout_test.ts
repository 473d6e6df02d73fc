// Where things stand: in low windows, with large letters, for fingers, and while a page comes alive.
import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import {
  box,
  connection,
  enter,
  log,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

browserTest(
  "A room stands still while it comes alive, and the page is never taller than its window",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 300);
    const rooms = await Promise.all(
      Array.from({ length: 19 }, async (_, i) => {
        const room = { name: `Room ${i}`, visibility: "public" };
        return (await bob.person.post("/api/rooms", room)).body;
      }),
    );
    for (const options of [{}, PHONE]) {
      const ada = await device(server.url, options);
      await ada.request.post("/api/session", { data: { name: "Ada" } });
      for (const { roomID, space } of rooms) {
        await ada.request.post(`/api/rooms/${roomID}/members`, { data: {} });
        await bob.write("Unread", space);
      }
      await ada.addInitScript(() => {
        let shift = 0;
        new PerformanceObserver((list) => {
          const entries = list.getEntries() as (PerformanceEntry & {
            value: number;
            hadRecentInput: boolean;
          })[];
          for (const { value, hadRecentInput } of entries) {
            if (!hadRecentInput) shift += value;
          }
        }).observe({ type: "layout-shift", buffered: true });
        Object.assign(globalThis, { shift: () => shift });
      });
      await ada.goto("/rooms/general");
      await connection(ada, "Online").waitFor();
      await ada.mouse.move(200, 300); // all that is loaded on use comes
      await ada.getByRole("main").getByRole("button", { name: "Invite" })
        .waitFor();
      const shift = await ada.evaluate("shift()") as number;
      assert(shift < 0.02, `${shift}`);
      const heights = await ada.evaluate(() => {
        const { scrollHeight, clientHeight } = document.documentElement;
        document.body.scrollTop = 50;
        scrollTo(0, 50);
        return [scrollHeight - clientHeight, scrollY, document.body.scrollTop];
      });
      assertEquals(heights, [0, 0, 0]);
    }
  },
);

browserTest(
  "At 400 % and with letters of twice the size the log has room, and nothing of the header overlaps",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 30);
    for (
      const [width, height, size] of [
        [320, 256, 100],
        [390, 844, 200],
        [1280, 800, 200],
        [1280, 800, 100],
      ]
    ) {
      const ada = await device(server.url, { viewport: { width, height } });
      await enter(ada, "Ada Lovelace");
      await ada.evaluate((size) => {
        document.documentElement.style.fontSize = `${size}%`;
      }, size);
      await ada.getByRole("button", { name: "Invite" }).waitFor();
      const { height: free } = (await log(ada).boundingBox())!;
      assert(free >= 95, `${width}: ${free}`);
      const overlapping = await ada.evaluate(() => {
        const parts = [
          ...document.querySelectorAll<HTMLElement>(
            ".banner :is(h1, button, a), nav.rooms > button, .about :is(a, button, .topic), .log",
          ),
        ].filter((part) => part.checkVisibility());
        const boxes = parts.map((part) => part.getBoundingClientRect());
        const meet = (a: DOMRect, b: DOMRect) =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
        return boxes.flatMap((a, i) =>
          boxes.slice(i + 1).flatMap((b, j) =>
            meet(a, b)
              ? [`${parts[i].className} ${parts[i + 1 + j].className}`]
              : []
          )
        );
      });
      assertEquals(overlapping, [], `${width} ${size}`);
      const text = `Room at ${width}, ${size}`;
      await box(ada).fill(text);
      await box(ada).press("Enter");
      await messages(ada, text, "sent").waitFor();
    }
  },
);

browserTest(
  "In forced colours icons are drawn in ink, and the open room has an edge",
  async (device) => {
    await using general = await onePerson(device, { forcedColors: "active" });
    const { ada } = general;
    await send(ada, "Hello");
    await messages(ada, "Hello", "sent").waitFor();
    await ada.getByRole("button", { name: "Invite" }).waitFor();
    const unseen = await ada.evaluate(() =>
      [...document.querySelectorAll(".icon, .to-search")].filter((icon) => {
        const drawn = getComputedStyle(icon, "::before").backgroundColor;
        const { backgroundColor } = getComputedStyle(icon);
        return drawn === backgroundColor || drawn === "rgba(0, 0, 0, 0)";
      }).map((icon) => icon.className)
    );
    assertEquals(unseen, []);
    const here = ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "General" });
    const outline = await here.evaluate((link) =>
      getComputedStyle(link).outlineStyle
    );
    assertEquals(outline, "solid");
  },
);

browserTest(
  "On a phone a tap on a message brings its buttons below it; what is not seen takes no tap",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, server } = general;
    const phone = await device(server.url, PHONE);
    await enter(phone, "Carol");
    await send(ada, "Tap me");
    await send(ada, "Not me");
    const message = messages(phone, "Tap me");
    await message.waitFor();
    const reply = message.getByRole("button", { name: "Reply" });
    await message.tap(); // the parts are loaded with it
    await reply.waitFor();
    await log(phone).evaluate((log) => log.querySelector("article")?.blur());
    // Right where a mouse finds the buttons.
    const { x, y, width } = (await message.boundingBox())!;
    await phone.touchscreen.tap(x + width - 30, y + 10);
    await phone.touchscreen.tap(x + width - 60, y + 10);
    assertEquals(await phone.getByText("Replying to").count(), 0);
    const text = message.getByText("Tap me");
    await isBelow(message.getByRole("group"), text);
    await isBelow(messages(phone, "Not me"), message.getByRole("group"));
    await reply.tap();
    await phone.getByText("Replying to Ada").waitFor();
    await box(phone).pressSequentially("On it");
    await phone.getByRole("button", { name: "Send" }).tap();
    await messages(phone, "On it", "sent").waitFor();
  },
);

browserTest(
  "For fingers Enter breaks the line, in the box and in an edit, and the button sends",
  async (device) => {
    await using general = await onePerson(device, PHONE);
    const { ada } = general;
    await box(ada).pressSequentially("One");
    await box(ada).press("Enter");
    await box(ada).pressSequentially("Two");
    assertEquals(await box(ada).inputValue(), "One\nTwo");
    assertEquals(await messages(ada).count(), 0);
    await ada.getByRole("button", { name: "Send" }).tap();
    const message = messages(ada, "One");
    await message.and(ada.locator("[data-state=sent]")).waitFor();
    await message.tap();
    await message.getByRole("button", { name: "Edit" }).tap();
    const edit = ada.getByRole("textbox", { name: "New text" });
    await edit.press("Enter");
    await edit.pressSequentially("Three");
    assertEquals(await edit.inputValue(), "One\nTwo\nThree");
    await ada.getByRole("button", { name: "Save" }).tap();
    await messages(ada, "Three").waitFor();
    // No screen keyboard comes up by itself.
    assertEquals(await isWriting(ada), false);
    await ada.reload();
    await mayWriteWithoutFocus(ada);
    assertEquals(await isWriting(ada), false);
  },
);

browserTest(
  "A phone's header is the room's: one signs out in the settings",
  async (device) => {
    await using general = await onePerson(device, PHONE);
    const { ada } = general;
    const signOut = ada.getByRole("button", { name: "Sign out" });
    assertEquals(await signOut.count(), 0);
    await ada.getByRole("link", { name: "Settings" }).tap();
    await ada.getByRole("main").getByRole("link", { name: "Sign out" }).tap();
    await ada.waitForURL("/signout");
  },
);

browserTest(
  "One can type at once after opening a room, an edit, a deletion and a dialog",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const typesAtOnce = async (text: string) => {
      await ada.waitForFunction(() =>
        document.activeElement?.matches(".composer textarea")
      );
      await ada.keyboard.type(text);
      await ada.keyboard.press("Enter");
      await messages(ada, text, "sent").waitFor();
    };
    await ada.reload();
    await typesAtOnce("After opening");
    const own = messages(ada, "After opening");
    const press = (name: string) => own.getByRole("button", { name }).click();
    await press("Edit");
    await ada.keyboard.press("End");
    await ada.keyboard.type(", edited");
    await ada.keyboard.press("Enter");
    await typesAtOnce("After an edit");
    await press("Edit");
    await ada.keyboard.press("Escape");
    await typesAtOnce("After no edit");
    for (const name of ["Cancel", "Delete"]) {
      await press("Delete");
      await ada.getByRole("dialog").getByRole("button", { name }).click();
      await typesAtOnce(`After ${name}`);
    }
    for (const name of ["Invite", "Leave room", "Search"]) {
      await ada.getByRole("button", { name }).first().click();
      await ada.getByRole("dialog").waitFor();
      await ada.keyboard.press("Escape");
      await typesAtOnce(`After ${name}`);
    }
  },
);

/** Waits until one stands below another on the screen. */
async function isBelow(lower: Locator, upper: Locator): Promise<void> {
  await lower.evaluate(async (lower, upper) => {
    const isSo = () =>
      lower.getBoundingClientRect().top >=
        upper!.getBoundingClientRect().bottom - 1;
    while (!isSo()) await new Promise(requestAnimationFrame);
  }, await upper.elementHandle());
}

const isWriting = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.matches("textarea") ?? false);

async function mayWriteWithoutFocus(page: Page): Promise<void> {
  await connection(page, "Online").waitFor();
  await page.locator(".composer textarea:enabled").waitFor();
}
