// Deleting an account in the browser: careful, and without a trace.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import {
  connection,
  enter,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";

const nameBox = (page: Page) =>
  page.getByRole("textbox", { name: "your name" });
const remove = (page: Page) =>
  page.getByRole("button", { name: "Delete account" }).click();

browserTest(
  "Deleting an account takes one's name to be sure, leaves no trace on the device, and the messages to others",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    const bob = await device(server.url);
    await enter(ada, "Ada");
    await send(ada, "Remember me");
    await messages(ada, "Remember me", "sent").waitFor();
    await enter(bob, "Bob");
    await ada.goto("/settings");
    await ada.getByRole("button", { name: "Make a link" }).click();
    const link = (await ada.getByText(/\/link\//).textContent())!;
    const other = await device(server.url);
    await other.goto(link);
    await other.getByRole("button", { name: "Sign in as Ada" }).click();
    await other.waitForURL("/");
    await other.goto("/rooms/general");
    await mayWrite(other);

    await ada.getByRole("link", { name: "Delete account…" }).click();
    await nameBox(ada).fill("Bob");
    await remove(ada);
    await ada.getByRole("alert").filter({ hasText: "not the name" }).waitFor();
    await ada.context().setOffline(true);
    await nameBox(ada).fill("Ada");
    await remove(ada);
    await ada.getByRole("alert").filter({ hasText: "was not deleted" })
      .waitFor();
    await ada.context().setOffline(false);
    await remove(ada);
    await ada.waitForURL("/signin?deleted");
    await ada.getByText("Your account is deleted.").waitFor();
    const traces = await ada.evaluate(async () => [
      ...(await indexedDB.databases()).map(({ name }) => name),
      ...await caches.keys(),
      ...Object.keys(localStorage),
    ]);
    assertEquals(traces, []);

    const remembered = messages(bob, "Remember me");
    await remembered.filter({ hasText: "Deleted user" }).waitFor();
    assertEquals(await remembered.filter({ hasText: "Ada" }).count(), 0);
    await send(other, "Too late");
    await other.getByRole("alert").filter({ hasText: "signed out" }).waitFor();
    await connection(other, "1 unsent").waitFor();
    assertEquals(await messages(bob).count(), 1);
  },
);

browserTest(
  "Without JavaScript an account is deleted as well",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url, { javaScriptEnabled: false });
    await ada.goto("/signin");
    await nameBox(ada).fill("Ada");
    await ada.getByRole("button", { name: "Sign in" }).click();
    await ada.goto("/settings/delete");
    await nameBox(ada).fill("Ada!");
    await remove(ada);
    await ada.getByText("not the name of this account").waitFor();
    assertEquals(await nameBox(ada).inputValue(), "Ada!");
    await nameBox(ada).fill("Ada");
    await remove(ada);
    await ada.getByText("Your account is deleted.").waitFor();
    await ada.goto("/");
    await ada.waitForURL("/signin");
  },
);
