// The chat with JavaScript off: plain forms and plain pages.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, signIn } from "../support/browser.ts";
import { box, enter, makeRoom, messages, send } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";

const javaScriptEnabled = false;

browserTest(
  "Without JavaScript one signs in, makes a room and reads in it (A1, A10)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    const bob = await device(server.url, { javaScriptEnabled });
    await signIn(bob, "Bob");
    await makeRoom(bob, "Reading room");
    await bob.getByRole("heading", { name: "Reading room" }).waitFor();
    await enter(ada, "Ada", "Reading room");
    await send(ada, "For those who read");
    await messages(ada, "For those who read", "sent").waitFor();
    await bob.reload();
    await messages(bob, "For those who read", "sent").waitFor();
    assertEquals(await messages(bob).count(), 1);
    // Where one is, among the rooms.
    const here = bob.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "Reading room" });
    assertEquals(await here.getAttribute("aria-current"), "page");
  },
);

browserTest(
  "Without JavaScript one reads a public room before joining, and joins by a button (A10)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    const bob = await device(server.url, { javaScriptEnabled });
    await signIn(ada, "Ada");
    await makeRoom(ada, "Nest");
    await send(ada, "Come in");
    await messages(ada, "Come in", "sent").waitFor();
    await signIn(bob, "Bob");
    await bob.getByRole("link", { name: "Find rooms" }).click();
    await bob.getByRole("link", { name: "Nest" }).click();
    await messages(bob, "Come in", "sent").waitFor();
    const join = bob.getByRole("button", { name: "Join" });
    await join.click();
    await join.waitFor({ state: "detached" });
    await messages(bob, "Come in", "sent").waitFor();
    await ada.getByText("2 members").waitFor();
  },
);

browserTest(
  "A name that is refused is kept, with the reason beside it",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url, { javaScriptEnabled });
    for (const name of ["   ", "x".repeat(300)]) {
      await ada.goto("/signin");
      await assertRefused(ada, "Your name", "Sign in", name);
    }
    await signIn(ada, "Ada");
    for (const name of ["   ", "x".repeat(300)]) {
      await ada.goto("/");
      await ada.getByRole("link", { name: "New room" }).click();
      await assertRefused(ada, "Room name", "Create room", name);
    }
  },
);

browserTest(
  "What one has typed in the box survives the page's coming alive",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const letGo = Promise.withResolvers<void>();
    await ada.route("**/_fresh/js/**", async (route) => {
      await letGo.promise;
      await route.continue();
    });
    await ada.reload({ waitUntil: "commit" });
    await box(ada).fill("Typed early");
    letGo.resolve();
    await ada.getByRole("button", { name: "Send" }).click();
    await messages(ada, "Typed early", "sent").waitFor();
  },
);

/** Submits a form with a name that the server is to refuse. */
async function assertRefused(
  page: Page,
  field: string,
  submit: string,
  name: string,
): Promise<void> {
  const box = page.getByRole("textbox", { name: field });
  // As with a browser that does not check by itself.
  await box.evaluate((input: HTMLInputElement) => {
    input.removeAttribute("maxlength");
    input.form!.noValidate = true;
  });
  await box.fill(name);
  await page.getByRole("button", { name: submit }).click();
  await page.getByRole("alert").filter({ hasText: /\w/ }).waitFor();
  assertEquals(await box.inputValue(), name);
}
