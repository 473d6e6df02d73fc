// Bots where people see them: the forms of a room's owners, and the mark beside what a bot writes.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, signIn } from "../support/browser.ts";
import {
  box,
  enter,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { HookReceiver } from "../support/hook_receiver.ts";
import { startServer } from "../support/server.ts";

const WIDTHS = [320, 768, 1024, 1440];

/** Makes a bot on the page of a room's owners, from the list of its people on; gives back its token. */
async function makeBot(page: Page, name: string): Promise<string> {
  await page.getByRole("link", { name: "Bots and hooks" }).click();
  await page.getByRole("textbox", { name: "Name of the bot" }).fill(name);
  await page.getByRole("button", { name: "Make a bot" }).click();
  await page.getByText("shown only this once").waitFor();
  return await page.locator(".secret").innerText();
}

async function writeAsBot(page: Page, token: string, content: string) {
  const [, roomID] = page.url().match(/rooms\/([\w-]+)/)!;
  const answer = await page.request.post(`/api/rooms/${roomID}/messages`, {
    headers: { authorization: `Bearer ${token}` },
    data: { content },
  });
  assertEquals(answer.status(), 201);
}

browserTest(
  "What a bot writes is there at once, marked as a bot's, told of as any message, and can be answered and blocked (M20, A33)",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await signIn(ada, "Ada");
    await makeRoom(ada, "Nest");
    const room = new URL(ada.url()).pathname;
    await ada.goto(`${room}/people`);
    const token = await makeBot(ada, "Robot");
    await enter(bob, "Bob", "Nest");
    await writeAsBot(ada, token, "All is **well**, @Bob");
    const message = messages(bob, "All is well");
    await message.waitFor();
    await message.getByText("bot", { exact: true }).waitFor();
    assertEquals(
      await message.getByRole("button", { name: "Edit" }).count(),
      0,
    );
    await ada.goto("/");
    await ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "Nest 1 unread" }).waitFor();
    await message.hover();
    await message.getByRole("button", { name: "Reply" }).click();
    await box(bob).fill("Thanks");
    await box(bob).press("Enter");
    await messages(bob, "Thanks", "sent").waitFor();
    await message.getByRole("link", { name: "Robot", exact: true }).click();
    const dialog = bob.getByRole("dialog", { name: "Robot" });
    const buttons = dialog.getByRole("button");
    await buttons.first().waitFor();
    assertEquals(await buttons.allInnerTexts(), ["Block", "Close"]);
    await dialog.getByRole("button", { name: "Block" }).click();
    await bob.getByText("Message of someone you blocked").waitFor();
  },
);

browserTest(
  "Without a script an owner makes a bot and a hook, and removes both; the others see which bots there are, and what they are told (A33)",
  async (device) => {
    await using receiver = HookReceiver.start();
    await using server = await startServer({ OUTGOING: "anywhere" });
    const ada = await device(server.url, { javaScriptEnabled: false });
    const bob = await device(server.url);
    await signIn(ada, "Ada");
    await makeRoom(ada, "Nest");
    const room = new URL(ada.url()).pathname;
    await ada.goto(`${room}/people`);
    await makeBot(ada, "Robot");
    await ada.getByText("Add a hook to Robot").first().click();
    await ada.getByRole("textbox", { name: "Address" }).fill("nothing://here");
    await ada.getByRole("button", { name: "Add a hook to Robot" }).click();
    await ada.getByRole("alert").waitFor();
    const address = ada.getByRole("textbox", { name: "Address" });
    assertEquals(await address.inputValue(), "nothing://here");
    await address.fill(receiver.url);
    await ada.getByRole("button", { name: "Add a hook to Robot" }).click();
    await ada.getByText("The hook's secret, shown only this once").waitFor();

    await enter(bob, "Bob", "Nest");
    await send(bob, "Hello");
    await receiver.untilSome(({ text }) => text.includes("Hello"));
    await bob.goto(`${room}/people`);
    const bots = bob.getByRole("region", { name: "Bots" });
    await bots.getByText("is told of all messages.").waitFor();
    assertEquals(await bots.getByRole("link").count(), 0);

    await ada.getByRole("button", { name: "Remove the hook" }).click();
    await ada.getByText("None: nothing of this room").waitFor();
    await ada.getByText("Remove Robot…").click();
    await ada.getByRole("button", { name: "Remove the bot" }).click();
    await ada.getByText("There is no bot in this room yet.").waitFor();
    await bob.reload();
    await bots.waitFor({ state: "detached" });
  },
);

browserTest(
  "The pages about bots fit on screens of all widths",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await signIn(ada, "Ada");
    await makeRoom(ada, "Nest");
    await mayWrite(ada);
    const room = new URL(ada.url()).pathname;
    await ada.goto(`${room}/people`);
    await makeBot(ada, "A robot of quite a long name, as it is");
    await ada.getByText("Add a hook to").first().click();
    const url = `https://example.org/${"x".repeat(200)}`;
    await ada.getByRole("textbox", { name: "Address" }).fill(url);
    await ada.getByRole("button", { name: "Add a hook to" }).click();
    await ada.getByText(url).waitFor();
    for (const path of [`${room}/bots`, `${room}/people`, "/bots"]) {
      await ada.goto(path);
      for (const width of WIDTHS) {
        await ada.setViewportSize({ width, height: 700 });
        const over = await ada.evaluate(() =>
          document.documentElement.scrollWidth - innerWidth
        );
        assertEquals(Math.max(0, over), 0, `${path} at ${width}`);
      }
    }
  },
);
