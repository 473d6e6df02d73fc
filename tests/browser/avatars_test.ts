// People's own pictures and statuses in the page: choosing one, where they show, and when they can't.
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { roomIsStored } from "../support/device_storage.ts";
import { choosePicture, photo, pictureChooser } from "../support/photo.ts";
import { jpeg, png } from "../support/pictures.ts";
import { box, enter, mayWrite, messages, send } from "../support/room_page.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";

/** Has a person show the photo. */
async function showPhoto(page: Page): Promise<void> {
  await page.goto("/settings");
  await choosePicture(page, "me.jpg", await photo(page));
  await page.getByText("Your picture is saved.").waitFor();
}

async function sayStatus(page: Page, status: string): Promise<void> {
  await page.goto("/settings");
  await page.getByRole("textbox", { name: "Your status" }).fill(status);
  await page.getByRole("button", { name: "Save status" }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
}

const face = (part: Locator | Page) => part.locator(".avatar img");

/** Waits until a picture in this part of a page is there. */
async function isShown(part: Locator | Page): Promise<void> {
  const image = face(part).first();
  await image.waitFor();
  await image.evaluate((image: HTMLImageElement) => image.decode());
  assertEquals(
    await image.evaluate((it: HTMLImageElement) => it.naturalWidth),
    128,
  );
}

browserTest(
  "A picture is made small on the device, its middle, as it is turned and without metadata, and shows everywhere beside the name (A35, A36)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(ada, "From Ada");
    await messages(bob, "From Ada").waitFor();
    assertEquals(await face(bob).count(), 0);
    await showPhoto(ada);
    // One's own settings, and the way to them.
    await isShown(ada.locator("#picture"));
    await isShown(ada.getByRole("banner"));
    const { bytes, colours } = await face(ada.locator("#picture"))
      .evaluate(async (image: HTMLImageElement) => {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 128;
        const context = canvas.getContext("2d")!;
        context.drawImage(image, 0, 0);
        const colours = [8, 64, 120].map((y) =>
          [...context.getImageData(64, y, 1, 1).data].slice(0, 3)
            .map((value) => value > 128 ? 1 : 0).join("")
        );
        const answer = await fetch(image.src);
        return { colours, bytes: [...await answer.bytes()] };
      });
    assertEquals(colours, ["100", "010", "001"]);
    assert(bytes.length <= 16 * 1024, String(bytes.length));
    assert(!String.fromCharCode(...bytes).includes("Exif"));

    // Bob's page has it without being loaded again.
    await isShown(messages(bob, "From Ada"));
    await isShown(bob.locator(".faces"));
    assertEquals(await messages(bob, "From Ada").getByRole("img").count(), 0);
    await box(bob).pressSequentially("@ad");
    await isShown(bob.getByRole("option", { name: "Ada" }));
    await bob.keyboard.press("Escape");
    await messages(bob, "From Ada").getByRole("link", { name: "Ada" }).click();
    const dialog = bob.getByRole("dialog", { name: "Ada" });
    await isShown(dialog);
    await dialog.getByRole("button", { name: "Message", exact: true }).click();
    await bob.waitForURL("/rooms/direct-*");
    await mayWrite(bob);
    const direct = bob.getByRole("region", { name: "Direct messages" });
    await isShown(direct.getByRole("link", { name: /^Ada/ }));
    await bob.keyboard.press("Control+k");
    await bob.getByRole("searchbox", { name: "Search" }).fill("ada");
    await isShown(bob.getByRole("list", { name: "People" }));
    await bob.keyboard.press("Escape");
    await direct.getByRole("link", { name: "New message" }).click();
    const found = bob.getByRole("dialog", { name: "New message" });
    await isShown(found.locator("label").filter({ hasText: "Ada" }));
    await bob.goto("/rooms/general/people");
    await isShown(bob.locator("summary").filter({ hasText: "Ada" }));

    // And is gone everywhere when it is removed.
    await ada.getByRole("button", { name: "Remove the picture" }).click();
    await ada.locator("#picture .avatar").getByText("A").waitFor();
    assertEquals(await face(ada).count(), 0);
    await bob.goto("/rooms/general");
    await messages(bob, "From Ada").waitFor();
    await face(messages(bob, "From Ada")).waitFor({ state: "detached" });
  },
);

browserTest(
  "What is no picture, too large or broken is told why, and changes nothing (A36)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await ada.goto("/settings");
    const text = (words: string) => new TextEncoder().encode(words);
    const noPicture = "This is no picture that browsers show";
    const broken = "This picture is broken";
    const bad: [string, Uint8Array, string][] = [
      ["text.jpg", text("no picture"), noPicture],
      [
        "drawing.jpg",
        text("<svg xmlns='http://www.w3.org/2000/svg'/>"),
        noPicture,
      ],
      ["huge.png", png(40_000, 40_000), noPicture],
      ["nothing.jpg", text(""), noPicture],
      ["broken.png", png(9, 9), broken],
      ["broken.jpg", jpeg(9, 9), broken],
    ];
    const alert = ada.getByRole("alert");
    for (const [name, bytes, words] of bad) {
      await choosePicture(ada, name, bytes);
      await alert.getByText(words).waitFor();
    }
    // Larger than what can be handed over: made in the page.
    await pictureChooser(ada).evaluate((input: HTMLInputElement) => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(50_000_001)], "large.jpg"));
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await alert.getByText("This file is too large").waitFor();
    assertEquals(await face(ada).count(), 0);
    // Without a network it says so, and the next try works.
    await ada.context().setOffline(true);
    await choosePicture(ada, "me.jpg", await photo(ada));
    await alert.getByText("You need a connection").waitFor();
    await ada.context().setOffline(false);
    await choosePicture(ada, "me.jpg", await photo(ada));
    await ada.getByText("Your picture is saved.").waitFor();
    await isShown(ada.locator("#picture"));
  },
);

browserTest(
  "A picture is asked for once however many messages have it, and is there without a network (A35, T121)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await showPhoto(ada);
    await enter(ada, "Ada");
    for (const text of ["One", "Two", "Three"]) {
      await send(ada, text);
      await messages(bob, text, "sent").waitFor();
      await send(bob, `${text}, too`); // so that each of hers shows her face
      await messages(ada, `${text}, too`).waitFor();
    }
    await roomIsStored(bob, "/rooms/general", "Three, too");
    const asked: string[] = [];
    bob.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith("/api/avatars/")) asked.push(pathname);
    });
    await bob.reload();
    await mayWrite(bob);
    for (const text of ["One", "Three"]) {
      await isShown(messages(bob, text).filter({ hasNotText: "too" }));
    }
    assertEquals(new Set(asked).size, 1);
    await bob.context().setOffline(true);
    await bob.reload();
    await messages(bob, "Three, too").waitFor();
    await isShown(messages(bob, "Three").filter({ hasNotText: "too" }));
    await bob.context().setOffline(false);
  },
);

browserTest(
  "A picture that can't be had leaves the initials as they are, and nothing moves (A35)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await showPhoto(ada);
    await enter(ada, "Ada");
    await send(ada, "Without a face");
    await messages(ada, "Without a face", "sent").waitFor();
    const gate = Promise.withResolvers<void>();
    await bob.context().route("**/api/avatars/**", async (route) => {
      await gate.promise;
      await route.fulfill({ status: 404, body: "gone" });
    });
    await bob.goto("/rooms/general");
    await mayWrite(bob);
    const message = messages(bob, "Without a face");
    const avatar = message.locator(".avatar");
    const place = () =>
      avatar.evaluate((it) => JSON.stringify(it.getBoundingClientRect()));
    await face(message).waitFor({ state: "attached" });
    const before = await place();
    gate.resolve();
    // Told so of one that has failed, too.
    await bob.waitForFunction(() =>
      document.querySelector<HTMLImageElement>("article .avatar img")?.complete
    );
    assertEquals(await place(), before);
    assertEquals(await avatar.innerText(), "A");
    // Where it has a size, a browser draws its icon for a broken picture.
    const { width, height } = await face(message)
      .evaluate((it) => it.getBoundingClientRect());
    assertEquals([width, height], [0, 0]);
  },
);

browserTest(
  "A status stands under the name in the list of people and in the person's dialog, and above direct messages (A35)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(ada, "Hello");
    await messages(bob, "Hello").waitFor();
    await sayStatus(ada, "On a train 🚆");
    await bob.goto("/rooms/general/people");
    await bob.locator("summary").filter({ hasText: "Ada" })
      .getByText("On a train 🚆").waitFor();
    await bob.goto("/rooms/general");
    await mayWrite(bob);
    await box(bob).press("Shift"); // what is needed on use is loaded with it
    await messages(bob, "Hello").getByRole("link", { name: "Ada" }).click();
    const dialog = bob.getByRole("dialog", { name: "Ada" });
    await dialog.getByText("On a train 🚆").waitFor();
    await dialog.getByRole("button", { name: "Message", exact: true }).click();
    await bob.waitForURL("/rooms/direct-*");
    await bob.locator(".topic").getByText("On a train 🚆").waitFor();
    await bob.getByRole("region", { name: "Direct messages" })
      .getByRole("link", { name: /^Ada/ })
      .and(bob.getByTitle("On a train 🚆")).waitFor();
    // It follows.
    await sayStatus(ada, "Home");
    await bob.locator(".topic").getByText("Home").waitFor();
  },
);

browserTest(
  "Without JavaScript the settings say that a picture needs it; a status, and to remove the picture, do not (A36)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await showPhoto(ada);
    const plain = await device(server.url, { javaScriptEnabled: false });
    await plain.context().addCookies(await ada.context().cookies());
    await plain.goto("/settings");
    await plain.locator("noscript p").filter({ visible: true }).waitFor();
    assert(!await pictureChooser(plain).isVisible());
    const status = plain.getByRole("textbox", { name: "Your status" });
    await status.fill("Reading\u202e");
    await plain.getByRole("button", { name: "Save status" }).click();
    assertMatch(
      await plain.getByRole("alert").textContent() ?? "",
      /^A status can't have hidden characters/,
    );
    await status.fill("Reading");
    await plain.getByRole("button", { name: "Save status" }).click();
    await plain.getByText("Saved.", { exact: true }).waitFor();
    assertEquals(await status.inputValue(), "Reading");
    await plain.getByRole("button", { name: "Remove the picture" }).click();
    await plain.locator("#picture .avatar").getByText("A").waitFor();
    assertEquals(await face(plain).count(), 0);
  },
);
