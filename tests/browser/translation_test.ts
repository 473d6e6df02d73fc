// A page that the browser translates: Preact's texts are replaced under it, and news still show.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { connection, mayWrite, messages, send } from "../support/room_page.ts";
import { twoPeople } from "../support/two_people.ts";

/** Replaces each text as Chromium's translator does, in one step or in two, and goes on with what comes. */
const translate = (page: Page, inOneStep: boolean) =>
  page.evaluate((inOneStep) => {
    const originals = new Map<Element, Text>();
    function translateIn(root: Node) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      for (const text of texts) {
        const { parentElement: parent, data } = text;
        if (!/\p{L}/u.test(data) || !parent) continue;
        if (parent.closest("font, script, style, textarea, title")) continue;
        const outer = document.createElement("font");
        const inner = document.createElement("font");
        outer.append(inner);
        inner.textContent = `«${data}»`;
        if (inOneStep) parent.replaceChild(outer, text);
        else {
          parent.insertBefore(outer, text);
          parent.removeChild(text);
        }
        originals.set(outer, text);
      }
    }
    translateIn(document.body);
    Object.assign(globalThis, {
      translateNews: () => translateIn(document.body),
      showOriginal() {
        for (const [font, text] of originals) {
          if (font.isConnected) font.parentNode!.replaceChild(text, font);
        }
        originals.clear();
      },
    });
  }, inOneStep);

declare const translateNews: () => void;
declare const showOriginal: () => void;

for (const inOneStep of [true, false]) {
  const how = inOneStep ? "one step" : "two steps";
  browserTest(
    `In a translated page edits, new messages, deletions and states still show, each once: replaced in ${how}`,
    async (device) => {
      await using general = await twoPeople(device);
      const { ada, bob } = general;
      const errors: Error[] = [];
      ada.on("pageerror", (error) => errors.push(error));
      await send(bob, "First **bold** words");
      await send(bob, "Second words");
      await messages(ada, "Second words", "sent").waitFor();
      await ada.mouse.move(200, 200);
      await translate(ada, inOneStep);
      await messages(ada, "«Second words»").waitFor();

      const own = messages(bob, "Second words");
      await own.hover();
      await own.getByRole("button", { name: "Edit" }).click();
      const edit = bob.getByRole("textbox", { name: "New text" });
      await edit.fill("Second thoughts");
      await edit.press("Enter");
      await messages(ada, "Second thoughts").waitFor();
      assertEquals(await messages(ada, "Second words").count(), 0);
      await ada.evaluate(() => translateNews());
      await messages(ada, "«Second thoughts»").waitFor();

      const first = messages(bob, "First");
      await first.hover();
      await first.getByRole("button", { name: "Edit" }).click();
      await edit.fill("A text with `code` and\n\n- a list\n- of two");
      await edit.press("Enter");
      await messages(ada, "A text with code").waitFor();
      assertEquals(await messages(ada, "First").count(), 0);

      await send(bob, "Third");
      await messages(ada, "Third", "sent").waitFor();
      await send(ada, "Fourth");
      await messages(ada, "Fourth", "sent").waitFor();
      await ada.evaluate(() => translateNews());
      const third = messages(bob, "Third");
      await third.hover();
      await third.getByRole("button", { name: "Delete" }).click();
      await bob.getByRole("dialog").getByRole("button", { name: "Delete" })
        .click();
      await messages(ada, "Third").waitFor({ state: "detached" });

      await ada.context().setOffline(true);
      await connection(ada, "Offline").waitFor();
      await ada.context().setOffline(false);
      await connection(ada, /Online/).waitFor();
      assertEquals(await connection(ada, "Offline").count(), 0);

      await ada.evaluate(() => showOriginal());
      const words = await messages(ada).locator(".content").allInnerTexts();
      assertEquals(words.map((text) => text.replace(/\s+/g, " ")), [
        "A text with code and a list of two",
        "Second thoughts",
        "Fourth",
      ]);
      await mayWrite(ada);
      assertEquals(errors, []);
    },
  );
}
