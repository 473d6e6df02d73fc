// Looking at the pictures of a log, one by one.
import { browserTest } from "../support/browser.ts";
import { log, mayWrite, messages } from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";
import { upload } from "../support/upload.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "The arrows go from picture to picture wherever the focus is, and no button takes it away (A25)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    for (const name of ["192.png", "512.png"]) {
      const bytes = await Deno.readFile(`static/icons/${name}`);
      const { id } = await upload(bob.person, bytes);
      const message = { id: `of-${parseInt(name)}`, content: "" };
      const files = [{ id, name }];
      await bob.push([["createMessage", { ...message, files }]]);
    }
    await mayWrite(ada);
    await messages(ada).nth(1).waitFor();
    // Before it is loaded a picture is a link.
    await ada.mouse.move(100, 100);
    await ada.getByRole("button", { name: "Leave room" }).waitFor();
    const shows = (n: number) =>
      ada.getByRole("dialog", { name: `Picture ${n} of 2` }).waitFor();
    const button = (name: string) =>
      ada.getByRole("dialog").getByRole("button", { name });

    await log(ada).getByRole("img", { name: "192.png" }).click();
    await shows(1);
    await button("Next").click();
    await shows(2);
    await button("Next").and(ada.locator(":focus")).waitFor();
    await ada.keyboard.press("ArrowLeft");
    await shows(1);
    await ada.keyboard.press("Enter"); // it is "Next" that has the focus
    await shows(2);
    await ada.getByRole("dialog").getByRole("img").click();
    await ada.keyboard.press("ArrowLeft");
    await shows(1);
    await ada.keyboard.press("Escape");
    await ada.getByRole("dialog").waitFor({ state: "detached" });
  },
);
