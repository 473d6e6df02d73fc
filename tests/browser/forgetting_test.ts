// A server that was restored from an older backup.
import { assertEquals } from "@std/assert";
import { Sync } from "../../lib/sync/mod.ts";
import { backUp } from "../../lib/web/backup.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import { browserTest } from "../support/browser.ts";
import { enter, mayWrite, messages, send } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { runTask } from "../support/task.ts";

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

browserTest(
  "After a restore of what was copied from a KV that was in use, the pages send what is unsent, once, and are not reloaded (T72, R6, R7)",
  async (device) => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/kvetch.sqlite3`;
    const copy = `${folder}/kvetch.backup`;
    try {
      const server = await startServer({ DENO_KV_PATH: path });
      const { url } = server;
      const [ada, bob] = [await device(url), await device(url)];
      await enter(ada, "Ada");
      await enter(bob, "Bob");
      await send(ada, "In the backup");
      await messages(bob, "In the backup", "sent").waitFor();
      // As a KV server's data are copied, whatever is behind it.
      const kv = await Deno.openKv(path);
      const opened = { kv, sync: new Sync(kv, chatDomain) };
      await backUp("http://kv.example", () => Promise.resolve(opened), copy);
      await send(bob, "Not in the backup");
      // Until he knows that it was sent, it is to be sent again.
      for (const page of [ada, bob]) {
        await messages(page, "Not in the backup", "sent").waitFor();
      }
      await server.kill();
      for (const page of [ada, bob]) {
        await page.evaluate("globalThis.never = 'reloaded'");
      }
      await send(ada, "Written meanwhile");
      await send(bob, "And this");
      await messages(bob, "And this", "pending").waitFor();

      const restored = { DENO_KV_PATH: `${folder}/restored.sqlite3` };
      const { code, said } = await runTask(["restore", copy], restored);
      assertEquals(code, 0, said);
      const PORT = new URL(url).port;
      await using _after = await startServer({ ...restored, PORT });
      await messages(ada, "And this", "sent").waitFor();
      await messages(bob, "Written meanwhile", "sent").waitFor();
      for (const page of [ada, bob]) {
        assertEquals(await page.evaluate("globalThis.never"), "reloaded");
        await page.reload();
        await mayWrite(page);
        const said = await messages(page, "", "sent").locator(".content")
          .allInnerTexts();
        assertEquals(said[0], "In the backup");
        assertEquals(said.slice(1).sort(), ["And this", "Written meanwhile"]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
