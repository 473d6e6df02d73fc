// A server that was restored from an older backup.
import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { enter, mayWrite, messages, send } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";

browserTest(
  "After a restore from an older backup the pages send what is unsent, once, and are not reloaded (R6, R7)",
  async (device) => {
    const folder = await Deno.makeTempDir();
    const kept = { DENO_KV_PATH: `${folder}/kvetch.sqlite3` };
    /** The names of the KV's own files. */
    const files = () =>
      [...Deno.readDirSync(folder)].map(({ name }) => name)
        .filter((name) => name.startsWith("kvetch.sqlite3"));
    try {
      let server = await startServer(kept);
      const { url } = server;
      const again = { ...kept, PORT: new URL(url).port };
      const [ada, bob] = [await device(url), await device(url)];
      await enter(ada, "Ada");
      await enter(bob, "Bob");
      await send(ada, "In the backup");
      await messages(bob, "In the backup", "sent").waitFor();

      await server.stop();
      await Deno.mkdir(`${folder}/backup`);
      for (const name of files()) {
        await Deno.copyFile(`${folder}/${name}`, `${folder}/backup/${name}`);
      }
      server = await startServer(again);
      await send(bob, "Not in the backup");
      await messages(ada, "Not in the backup", "sent").waitFor();
      await send(ada, "Not in it either");
      // Until she knows that it was sent, it is to be sent again.
      for (const page of [ada, bob]) {
        await messages(page, "Not in it either", "sent").waitFor();
      }
      await server.kill();
      for (const page of [ada, bob]) {
        await page.evaluate("globalThis.never = 'reloaded'");
      }
      await send(ada, "Written meanwhile");
      await send(ada, "And this after it");
      await messages(ada, "And this after it", "pending").waitFor();

      for (const name of files()) await Deno.remove(`${folder}/${name}`);
      for (const { name } of Deno.readDirSync(`${folder}/backup`)) {
        await Deno.copyFile(`${folder}/backup/${name}`, `${folder}/${name}`);
      }
      await using _restored = await startServer(again);
      await messages(bob, "And this after it", "sent").waitFor();
      await send(bob, "Welcome back");
      for (const page of [ada, bob]) {
        await messages(page, "Welcome back", "sent").waitFor();
        assertEquals(await page.evaluate("globalThis.never"), "reloaded");
      }
      for (const page of [ada, bob]) {
        await page.reload();
        await mayWrite(page);
        const said = await messages(page, "", "sent").locator(".content")
          .allInnerTexts();
        assertEquals(said, [
          "In the backup",
          "Written meanwhile",
          "And this after it",
          "Welcome back",
        ]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
