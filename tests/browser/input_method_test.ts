// Input methods: while a word is composed, Enter and Escape are theirs.
import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { box, messages, send } from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";

browserTest(
  "Keys while a word is composed neither send, nor complete, nor end an answer or an edit, nor leave the search for emoji",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "What is it?");
    const asked = messages(ada, "What is it?", "sent");
    await asked.waitFor();
    const devtools = await ada.context().newCDPSession(ada);
    const compose = (text: string) =>
      devtools.send("Input.imeSetComposition", {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    // As from an input method, which keeps the key itself.
    const press = (key: string) =>
      devtools.send("Input.dispatchKeyEvent", {
        type: "rawKeyDown",
        key,
        code: key,
        windowsVirtualKeyCode: 229,
      });
    const choose = (text: string) =>
      devtools.send("Input.insertText", { text });

    await asked.getByRole("button", { name: "Reply" }).click();
    const answering = ada.getByText("Replying to Ada");
    await answering.waitFor();
    await compose("ねこ");
    await press("Enter");
    await press("Escape");
    await answering.waitFor();
    await choose("猫");
    await ada.keyboard.press("Enter");
    await messages(ada, "猫", "sent").waitFor();
    assertEquals(await messages(ada).count(), 2);

    // Who could be meant is shown already; Enter is not theirs yet.
    await box(ada).pressSequentially("@");
    await compose("a");
    await ada.getByRole("option", { name: "Ada" }).waitFor();
    await press("Enter");
    assertEquals(await box(ada).inputValue(), "@a");
    await choose("a");
    await ada.keyboard.press("Enter");
    assertEquals(await box(ada).inputValue(), "@Ada ");
    await box(ada).fill("");

    await box(ada).press("ArrowUp");
    const edited = messages(ada).getByRole("textbox");
    await edited.fill("");
    await compose("いぬ");
    await press("Escape");
    await press("Enter");
    await choose("犬");
    assertEquals(await edited.inputValue(), "犬");
    await ada.keyboard.press("Enter");
    const changed = messages(ada, "犬", "sent");
    await changed.waitFor();

    await changed.getByRole("button", { name: "React" }).press("Enter");
    await ada.getByRole("button", { name: "All emoji" }).press("Enter");
    const search = ada.getByRole("searchbox", { name: "Search emoji" });
    await search.and(ada.locator(":focus")).waitFor();
    await compose("st");
    for (const key of ["ArrowDown", "ArrowRight", "Enter"]) await press(key);
    await choose("steam loco");
    await ada.keyboard.press("Enter");
    await changed.getByRole("button", { name: "🚂" }).waitFor();
  },
);
