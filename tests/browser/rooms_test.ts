// The room itself, changed from its own page: its name, who can see it, who comes and goes.
import { goOnline } from "../support/failing_requests.ts";
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, type Device, signIn } from "../support/browser.ts";
import {
  box,
  connection,
  enter,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";

/** Ada in a room of hers, and Bob, who has come and touched the page. */
async function meetInNest(device: Device, url: string) {
  const [ada, bob] = [await device(url), await device(url)];
  await signIn(ada, "Ada");
  await makeRoom(ada, "Nest");
  await mayWrite(ada);
  await enter(bob, "Bob", "Nest");
  await bob.mouse.move(50, 50);
  return { ada, bob };
}

const deed = (page: Page, name: string) =>
  page.getByRole("main").getByRole("button", { name, exact: true });

/** Presses a button in the header by keyboard alone. */
const press = (page: Page, name: string) => deed(page, name).press("Enter");

const heading = (page: Page, name: string) =>
  page.getByRole("heading", { level: 1, name, exact: true });

browserTest(
  "The owner gives a room another name and topic by keyboard, at once and without a network",
  async (device) => {
    await using server = await startServer();
    const { ada, bob } = await meetInNest(device, server.url);
    await deed(bob, "Leave room").waitFor();
    assertEquals(await deed(bob, "Room settings").count(), 0);

    await deed(ada, "Room settings").waitFor();
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await press(ada, "Room settings");
    const dialog = ada.getByRole("dialog", { name: "Room settings" });
    const name = dialog.getByRole("textbox", { name: "Room name" });
    await name.fill("\u202eDen");
    await name.press("Enter");
    await dialog.getByRole("alert").getByText("hidden").waitFor();
    await name.fill("Den · for all");
    const topic = dialog.getByRole("textbox", { name: "Topic" });
    await topic.fill("Keep warm");
    await topic.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await heading(ada, "Den · for all").waitFor();
    assert((await ada.title()).endsWith("Den · for all · Kvetch"));
    await ada.getByText("Keep warm").waitFor();
    await ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "Den · for all" }).waitFor();
    await heading(bob, "Nest").waitFor();

    await goOnline(ada);
    await heading(bob, "Den · for all").waitFor();
    await bob.getByText("Keep warm").waitFor();
    await ada.reload();
    await heading(ada, "Den · for all").waitFor();
  },
);

browserTest(
  "A room that its owner closes goes from who is no member, and an invitation from its header brings people in",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await ada.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await signIn(ada, "Ada");
    await makeRoom(ada, "Nest");
    await mayWrite(ada);
    const { pathname } = new URL(ada.url());
    await send(ada, "Secret");
    await messages(ada, "Secret", "sent").waitFor();
    await signIn(bob, "Bob");
    await bob.goto("/");
    await bob.getByRole("link", { name: "Nest" }).waitFor();

    await press(ada, "Room settings");
    const dialog = ada.getByRole("dialog");
    await ada.context().setOffline(true);
    await dialog.getByRole("radio", { name: "Private" }).check();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").getByText("connection").waitFor();
    await ada.context().setOffline(false);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await bob.getByRole("link", { name: "Nest" }).waitFor({
      state: "detached",
    });
    await bob.goto(pathname);
    await bob.getByRole("heading", { name: "Nothing here" }).waitFor();

    // Nothing is done of what is wrong in part.
    await press(ada, "Room settings");
    await dialog.getByRole("radio", { name: "Public" }).check();
    await dialog.getByRole("textbox", { name: "Room name" }).fill(" ");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    await bob.reload();
    await bob.getByRole("heading", { name: "Nothing here" }).waitFor();
    await box(ada).and(ada.locator(":focus")).waitFor();

    await press(ada, "Invite");
    // Pressed twice it makes one, and one goes on with it.
    const asked: string[] = [];
    ada.on("request", (request) => asked.push(request.url()));
    await dialog.getByRole("button", { name: "Make an invitation" }).focus();
    await Promise.all([
      ada.keyboard.press("Enter"),
      ada.keyboard.press("Enter"),
    ]);
    const field = dialog.getByRole("textbox", { name: "Link" });
    await field.and(ada.locator(":focus")).waitFor();
    await dialog.getByRole("button", { name: "Copy" }).click();
    await dialog.getByText("Copied.").waitFor();
    const invites = asked.filter((url) => url.endsWith("/invites"));
    assertEquals(invites.length, 1);
    const link = await ada.evaluate(() => navigator.clipboard.readText());
    await ada.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await bob.goto(link);
    await bob.getByRole("button", { name: "Join" }).click();
    await messages(bob, "Secret").waitFor();
    await ada.getByRole("link", { name: "2 members" }).waitFor();
  },
);

browserTest(
  "Leaving a room asks first, and hands it on (A8)",
  async (device) => {
    await using server = await startServer();
    const { ada, bob } = await meetInNest(device, server.url);

    await press(ada, "Leave room");
    const dialog = ada.getByRole("dialog", { name: "Leave Nest?" });
    await dialog.getByText("longest-standing member").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    await press(ada, "Leave room");
    await dialog.getByRole("button", { name: "Leave room" }).click();
    await ada.waitForURL("/");
    await bob.getByRole("link", { name: "1 member" }).waitFor();
    await deed(bob, "Room settings").waitFor();
  },
);
