// Blocking in a browser: by the name of a message, without a network, and what one sees of those who are blocked.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import {
  copyIsStored,
  pageIsCached,
  ROOMS,
} from "../support/device_storage.ts";
import {
  box,
  connection,
  log,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

const FOLDED = "Message of someone you blocked";

const folded = (page: Page) => messages(page, FOLDED);

/** Opens what one can do with the author of a message. */
async function askAbout(page: Page, text: string, name: string) {
  await messages(page, text).getByRole("link", { name, exact: true }).click();
  const dialog = page.getByRole("dialog", { name });
  await dialog.waitFor();
  return dialog;
}

browserTest(
  "A name blocks its person without a network, on all devices, and shows a message when asked (A17, A18)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob, server } = general;
    await send(bob, "Bob's words");
    await messages(ada, "Bob's words", "sent").waitFor();
    await pageIsCached(ada, ROOMS); // with all that it loads on use
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    const dialog = await askAbout(ada, "Bob's words", "Bob");
    await dialog.getByRole("button", { name: "Block" }).click();
    await folded(ada).waitFor();
    await dialog.waitFor({ state: "detached" });
    assertEquals(await messages(ada, "Bob's words").count(), 0);
    await ada.keyboard.press("Control+k");
    const search = ada.getByRole("searchbox", { name: "Search messages" });
    await search.fill("words");
    await ada.getByText("No message on this device").waitFor();
    await ada.keyboard.press("Escape");
    await ada.context().setOffline(false);
    await connection(ada, "Online").waitFor();

    const phone = await device(server.url);
    await phone.context().addCookies(await ada.context().cookies());
    while (
      !await phone.goto("/rooms/general").then(() => folded(phone).count())
    ) await phone.waitForLoadState();
    await send(bob, "Again");
    await folded(phone).nth(1).waitFor();

    // By keys, from the log: the focus goes on to what is shown.
    await folded(ada).nth(1).focus();
    await ada.keyboard.press("Tab");
    await ada.keyboard.press("Enter");
    await messages(ada, "Again").waitFor();
    await ada.waitForFunction(() =>
      document.activeElement?.matches("article") &&
      document.activeElement.textContent?.includes("Again")
    );
    assertEquals(await folded(ada).count(), 1);

    const again = await askAbout(ada, "Again", "Bob");
    await again.getByRole("button", { name: "Unblock" }).click();
    await messages(ada, "Bob's words").waitFor();
    await messages(phone, "Bob's words").waitFor();
    assertEquals(await folded(phone).count(), 0);
  },
);

browserTest(
  "Who is blocked is not offered after @, and is not quoted (A18)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const carol = await Writer.signIn(server.url, "Bobine");
    const id = "bobs";
    await bob.push([["createMessage", { id, content: "Bob's words" }]]);
    await carol.push([
      ["createMessage", { id: "c", content: "Really?", replyTo: id }],
    ]);
    const answer = messages(ada, "Really?");
    await answer.getByText("Bob's words").waitFor();
    const dialog = await askAbout(ada, "Bob's words", "Bob");
    await dialog.getByRole("button", { name: "Block" }).click();
    await answer.getByText("an earlier message").waitFor();
    await dialog.waitFor({ state: "detached" });
    await box(ada).pressSequentially("@bob");
    const offered = ada.getByRole("option");
    await offered.first().waitFor();
    assertEquals(await offered.allInnerTexts(), ["B\nBobine"]);
  },
);

browserTest(
  "A name leads to the list of people, from there an owner makes owners, bans, and removes all that somebody wrote (A17, A19, T30, T31, T32)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await makeRoom(ada, "Nest");
    await mayWrite(ada);
    const roomID = new URL(ada.url()).pathname.split("/").at(-1)!;
    const [bob, eve] = [
      await Writer.signIn(server.url, "Bob"),
      await Writer.signIn(server.url, "Eve"),
    ];
    for (const { person } of [bob, eve]) {
      await person.post(`/api/rooms/${roomID}/members`, {});
    }
    for (const n of [1, 2]) await eve.write(`Spam ${n}`, `room:${roomID}`);
    await bob.write("Not spam", `room:${roomID}`);
    // Who has gone is within reach by what they wrote.
    await eve.person.ask(`/api/rooms/${roomID}/members/me`, {
      method: "DELETE",
    });
    const dialog = await askAbout(ada, "Spam 1", "Eve");
    await dialog.getByRole("link", { name: "In the list of people" }).click();
    await ada.getByRole("heading", { name: "Eve", exact: true }).waitFor();
    await ada.getByRole("button", { name: "Ban" }).click();
    await ada.getByRole("heading", { name: "Banned" }).waitFor();
    assertEquals(
      (await eve.person.post(`/api/rooms/${roomID}/members`, {})).status,
      404,
    );
    await ada.goBack();
    await ada.getByRole("region", { name: "Eve" })
      .getByText("Remove all messages…").click();
    await ada.getByRole("button", { name: "Remove all messages" }).click();
    await ada.getByRole("status").getByText("are being removed").waitFor();
    await ada.getByRole("button", { name: "Allow again" }).click();
    await ada.getByRole("heading", { name: "Banned" })
      .waitFor({ state: "detached" });

    await ada.getByRole("main").getByText("Bob", { exact: true }).click();
    await ada.getByRole("button", { name: "Make owner" }).click();
    const badge = (name: string) =>
      ada.locator("li", { hasText: name }).locator(".badge")
        .filter({ hasText: "Owner" });
    await badge("Bob").waitFor();
    await ada.getByRole("main").getByText("Ada", { exact: true }).click();
    await ada.getByRole("button", { name: "Stop being an owner" }).click();
    await badge("Ada").waitFor({ state: "detached" });
    await ada.getByRole("link", { name: "Back to the room" }).click();
    await messages(ada, "Not spam").waitFor();
    await log(ada).getByText("Spam 1").waitFor({ state: "detached" });
    assertEquals(await messages(ada).count(), 1);
  },
);

browserTest(
  "Whom another device has blocked is folded from the first paint on, also where the copy on this one is older (A18)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("Bob's words");
    await messages(ada, "Bob's words").waitFor();
    const { userID } = (await Writer.of(ada)).person;
    await copyIsStored(ada, `user:${userID}`, "profile");
    await ada.goto("/settings");
    const phone = await Writer.of(ada);
    const person = { id: bob.person.userID, name: "Bob" };
    await phone.push([["blockPerson", person]], `user:${userID}`);
    // Whatever shows the words, even for a moment, is noted.
    await ada.addInitScript(() => {
      new MutationObserver(() => {
        if (document.querySelector(".log")?.textContent?.includes("Bob's w")) {
          document.documentElement.dataset.wasShown = "";
        }
      }).observe(document, { childList: true, subtree: true });
    });
    const pulled = ada.waitForResponse(/pull\?space=user/);
    await ada.goto("/rooms/general");
    await (await pulled).finished();
    await mayWrite(ada);
    await folded(ada).waitFor();
    assertEquals(await ada.locator("[data-was-shown]").count(), 0);
  },
);

browserTest(
  "Without a network, too, the list of rooms tells nothing of who is blocked (T33)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const { userID } = (await Writer.of(ada)).person;
    await bob.write("@Ada, Bob's words");
    await ada.goto("/"); // where it is unread
    await pageIsCached(ada, "/");
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    const dialog = await askAbout(ada, "Bob's words", "Bob");
    await dialog.getByRole("button", { name: "Block" }).click();
    await folded(ada).waitFor();
    await copyIsStored(ada, "room:general", "Bob's words");
    await copyIsStored(ada, `user:${userID}`, "blocked");
    await copyIsStored(ada, `user:${userID}`, '"read/general"');
    await ada.context().setOffline(true);
    await ada.goto("/");
    const main = ada.getByRole("main");
    await main.getByRole("searchbox", { name: "Find a room" }).fill("general");
    await main.getByText(FOLDED).waitFor();
    await ada.getByText("unread").first().waitFor({ state: "detached" });
  },
);
