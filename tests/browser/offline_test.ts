// What becomes of a conversation when the network or the server goes away.
import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import {
  connection,
  enter,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";

browserTest(
  "What is written offline is shown as unsent, and sent once when online again",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await enter(ada, "Ada");
    await enter(bob, "Bob");
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await send(ada, "From the tunnel");
    await messages(ada, "From the tunnel", "pending").waitFor();
    await connection(ada, "1 unsent").waitFor();
    await send(ada, "Still in it");
    await connection(ada, "2 unsent").waitFor();
    await send(bob, "Where is Ada?");
    await messages(bob, "Where is Ada?", "sent").waitFor();
    assertEquals(await messages(bob).count(), 1);

    await ada.context().setOffline(false);
    for (const page of [ada, bob]) {
      await messages(page, "From the tunnel", "sent").waitFor();
      await messages(page, "Still in it", "sent").waitFor();
      await messages(page, "Where is Ada?", "sent").waitFor();
    }
    await connection(ada, "Online").waitFor();
    for (const page of [ada, bob]) {
      await page.reload();
      await mayWrite(page);
      assertEquals(await messages(page).count(), 3);
    }
  },
);

browserTest(
  "What is on the disk when its tab is closed is sent, once, when the room is opened again",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await enter(ada, "Ada");
    await enter(bob, "Bob");
    const context = ada.context();
    const pushes = "**/api/replicache/push?*";
    await context.route(pushes, (route) => route.abort());
    await send(ada, "Sealed in an envelope");
    await messages(ada, "Sealed in an envelope", "pending").waitFor();
    // Another tab gets it from the disk: then it is there.
    const room = ada.url();
    const tab = await context.newPage();
    await tab.goto(room);
    await messages(tab, "Sealed in an envelope", "pending").waitFor();
    await tab.close();
    await ada.close();

    await context.unroute(pushes);
    const again = await context.newPage();
    await again.goto(room);
    for (const page of [again, bob]) {
      await messages(page, "Sealed in an envelope", "sent").waitFor();
      assertEquals(await messages(page).count(), 1);
    }
  },
);

browserTest(
  "A push whose answer is lost is sent again, and counts once",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await enter(ada, "Ada");
    await enter(bob, "Bob");
    let pushes = 0;
    await ada.route("**/api/replicache/push?*", async (route) => {
      if (++pushes > 1) return await route.continue();
      await route.fetch();
      await route.abort();
    });
    await send(ada, "Once and only once");
    await messages(ada, "Once and only once", "sent").waitFor();
    await messages(bob, "Once and only once", "sent").waitFor();
    await send(ada, "And then this");
    await messages(bob, "And then this", "sent").waitFor();
    for (const page of [ada, bob]) {
      assertEquals(await messages(page).count(), 2);
    }
  },
);

browserTest(
  "After kill -9 and a restart the pages live on by themselves, with all that was sent",
  async (device) => {
    const folder = await Deno.makeTempDir();
    const kept = { DENO_KV_PATH: `${folder}/kvetch.sqlite3` };
    try {
      let url: string;
      const pages = [];
      {
        await using first = await startServer(kept);
        url = first.url;
        for (const name of ["Ada", "Bob"]) {
          const page = await device(url);
          await enter(page, name);
          pages.push(page);
        }
        const [ada, bob] = pages;
        await send(ada, "Before");
        await messages(bob, "Before", "sent").waitFor();
        await send(bob, "Before, too");
        await messages(ada, "Before, too", "sent").waitFor();
        await first.kill();
      }
      const [ada, bob] = pages;
      await send(ada, "While it was away");
      await messages(ada, "While it was away", "pending").waitFor();

      await using _second = await startServer({
        ...kept,
        PORT: new URL(url).port,
      });
      await messages(ada, "While it was away", "sent").waitFor();
      await messages(bob, "While it was away", "sent").waitFor();
      await send(bob, "After");
      await messages(ada, "After", "sent").waitFor();
      for (const page of [ada, bob]) {
        await page.reload();
        await mayWrite(page);
        assertEquals(await messages(page, "", "sent").count(), 4);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

browserTest(
  "An answer that breaks off half way is as good as none: what was shown stays, and nothing is thrown",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await enter(ada, "Ada");
    // As a browser reads what the network cuts off.
    await ada.addInitScript(() => {
      Response.prototype.json = () =>
        Promise.reject(new TypeError("Failed to fetch"));
    });
    const asked = ["/api/session", "/api/rooms", "/api/replicache/pull*"]
      .map((path) => ada.waitForResponse(`${server.url}${path}`));
    await ada.reload();
    await Promise.all(asked);
    await connection(ada, "Offline").waitFor();
    await ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "General" }).waitFor({ state: "attached" });
    await mayWrite(ada);
    await send(ada, "Into half a network");
    await messages(ada, "Into half a network", "pending").waitFor();
  },
);
