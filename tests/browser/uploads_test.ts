// The tab that uploads the files of all: what becomes of them when the system freezes it.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, PLAIN_HOST, signIn } from "../support/browser.ts";
import { freezable, handChecks } from "../support/frozen_tabs.ts";
import { areStored, attached, bytesOf, give } from "../support/own_files.ts";
import { box, mayWrite, messages } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { shiftClock } from "../support/shifted_clock.ts";

/** With Web Locks, and without them. */
for (const host of ["localhost", PLAIN_HOST]) {
  browserTest(
    `On http://${host} files go up from another tab when that which uploads is frozen, also in the middle, and each message is made once (A26, R25)`,
    async (device) => {
      await using server = await startServer({ HOST: "127.0.0.1" });
      const ada = await device(server.url.replace("127.0.0.1", host));
      // By mutation, as one may be pushed again.
      const made = new Map<string, string>();
      ada.context().on("request", (request) => {
        if (!request.url().match(/\/push\?/)) return;
        for (const mutation of request.postDataJSON().mutations) {
          const { clientID, id, name, args } = mutation;
          if (name !== "createMessage") continue;
          made.set(`${clientID} ${id}`, args.files[0].name);
        }
      });
      const freeze = await freezable(ada);
      const check = await handChecks(ada);
      await signIn(ada, "Ada");
      await ada.goto("/rooms/general");
      const other = await ada.context().newPage();
      const otherCheck = await handChecks(other);
      await other.goto(ada.url());
      // In this order they stand for election.
      for (const tab of [ada, other]) {
        await mayWrite(tab);
        await tab.getByRole("button", { name: "Attach" }).waitFor();
      }
      const [held, goOn] = [0, 1].map(() => Promise.withResolvers<void>());
      await ada.route("**/api/uploads/*/*", async (route) => {
        held.resolve();
        await goOn.promise;
        await route.continue();
      });
      await sendFile(ada, "begun.txt");
      await held.promise;

      await using frozen = await freeze();
      await sendFile(other, "late.txt");
      await messages(other, "late.txt", "pending").waitFor();
      // The stream, too, comes by the frozen one until then.
      await other.evaluate(shiftClock, 60_000);
      await otherCheck(3);
      for (const name of ["begun.txt", "late.txt"]) {
        await messages(other, name, "sent").waitFor();
      }

      await frozen.thaw();
      await check();
      goOn.resolve();
      for (const tab of [ada, other]) {
        for (const name of ["begun.txt", "late.txt"]) {
          await messages(tab, name, "sent").waitFor();
          assertEquals(await messages(tab, name).count(), 1);
        }
      }
      await areStored(ada, "uploads", "messages", 0);
      assertEquals([...made.values()].sort(), ["begun.txt", "late.txt"]);
    },
  );
}

async function sendFile(page: Page, name: string): Promise<void> {
  await give(page, "drop", [{ name, bytes: bytesOf(`This is ${name}`) }]);
  await attached(page).first().waitFor();
  await box(page).press("Enter");
}
