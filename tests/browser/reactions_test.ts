// Many reactions to one message: who they are of, and how many a message takes.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { Person } from "../support/person.ts";
import { box, messages, send } from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";

browserTest(
  "A message of 20 kinds of reactions offers no other, and says why (M7)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const id = await sendOne(ada, "Popular");
    const bob = await Person.signIn(server.url, "Bob");
    const kinds = Array.from(
      { length: 20 },
      (_, i) => String.fromCodePoint(0x1f600 + i),
    );
    await react(bob, id, kinds);
    const message = messages(ada, "Popular");
    await message.getByRole("button", { name: `${kinds[19]} 1` }).waitFor();
    await message.getByRole("button", { name: "React" }).click();
    const choice = ada.getByRole("group", { name: "Emoji" });
    await choice.getByText("at most 20 kinds").waitFor();
    assertEquals(await choice.getByRole("button").allInnerTexts(), kinds);
    await choice.getByRole("button", { name: kinds[3] }).click();
    await message.getByRole("button", { name: `${kinds[3]} 2` }).waitFor();
  },
);

browserTest(
  "The names of many who reacted fit a small screen, by mouse, by key and by finger (A4)",
  async (device) => {
    await using general = await onePerson(device, {
      viewport: { width: 320, height: 480 },
      hasTouch: true,
    });
    const { ada, server } = general;
    const id = await sendOne(ada, "Everybody");
    const people = await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        const name = `Person ${i} of a family with long names`;
        return Person.signIn(server.url, name);
      }),
    );
    for (const person of people) await react(person, id, ["🎉"]);
    const reaction = messages(ada, "Everybody")
      .getByRole("button", { name: "🎉 30" });
    await reaction.waitFor();
    await ada.keyboard.press("Shift"); // what is needed for it is loaded
    const names = ada.locator(".who:popover-open");

    await reaction.hover();
    await names.waitFor();
    const fits = async () => {
      const { x, y, width, height } = (await names.boundingBox())!;
      assert(x >= 0 && y >= 0, `${x}, ${y}`);
      assert(x + width <= 320 && y + height <= 480, `${width}×${height}`);
      assert(width > 200 && height > 100, `${width}×${height}`);
    };
    await fits();
    await names.hover(); // stays, to be scrolled
    await fits();
    await ada.mouse.move(1, 1);
    await names.waitFor({ state: "detached" });

    await ada.keyboard.press("Shift");
    await reaction.focus();
    await fits();
    await ada.keyboard.press("ArrowDown");
    assert(await names.evaluate(({ scrollTop }) => scrollTop) > 0);
    await ada.keyboard.press("Escape");
    await names.waitFor({ state: "detached" });

    // A finger that rests on it asks, one that taps reacts.
    const { x, y } = (await reaction.boundingBox())!;
    const devtools = await ada.context().newCDPSession(ada);
    const touch = (type: "touchStart" | "touchEnd") =>
      devtools.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: type === "touchEnd" ? [] : [{ x: x + 8, y: y + 8 }],
      });
    await touch("touchStart");
    await names.waitFor();
    await touch("touchEnd");
    await fits();
    await box(ada).tap();
    await names.waitFor({ state: "detached" });
    assertEquals(await reaction.count(), 1);
    await reaction.tap();
    await messages(ada).getByRole("button", { name: "🎉 31" }).waitFor();
  },
);

/** Sends a message and returns its ID. */
async function sendOne(page: Page, text: string): Promise<string> {
  await send(page, text);
  const message = messages(page, text, "sent");
  await message.waitFor();
  return (await message.getAttribute("data-message-id"))!;
}

async function react(person: Person, id: string, kinds: string[]) {
  const mutations = kinds.map((emoji, i) => ({
    clientID: `c${person.userID}`,
    id: i + 1,
    name: "setReaction",
    args: { id, emoji, on: true },
    timestamp: 0,
  }));
  await person.post("/api/rooms/general/members", {});
  const group = `g${person.userID}`;
  const { status } = await person.push("room:general", group, mutations);
  assertEquals(status, 200);
}
