// What an earlier release left on a server and a device, and the tabs it has open, live on with today's.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, isFault } from "../support/browser.ts";
import { PokeStreams } from "../support/poke_streams.ts";
import { releases, ServedRelease } from "../support/recorded_release.ts";
import {
  box,
  boxReads,
  connection,
  mayWrite,
  messages,
  send,
  sendButton,
} from "../support/room_page.ts";
import { Writer } from "../support/writer.ts";

for (const name of releases) {
  browserTest(
    `What a device of ${name} has not sent arrives once by today's page; what was only typed is still there`,
    async (device) => {
      await using release = await ServedRelease.serve(name);
      const { recording } = release;
      const bob = await release.openBob(device);
      await bob.goto(`/rooms/${recording.engines.roomID}`);
      await boxReads(bob, "A draft of Bob's");
      await bob.getByRole("article").filter({ hasText: "It does" })
        .getByRole("link", { name: "In reply to Ada" }).waitFor();

      const ada = await release.openDevice(device);
      const errors = errorsOf(ada);
      await ada.goto(`/rooms/${recording.engines.roomID}`);
      const sent = [...recording.unsent, recording.changed];
      for (const page of [ada, bob]) {
        for (const text of sent) {
          await messages(page, text, "sent").waitFor();
          assertEquals(await messages(page, text).count(), 1);
        }
        assertEquals(await messages(page, "As it was").count(), 0);
      }
      await boxReads(ada, recording.draft);
      const begun = ada.locator("[data-message-id=edit-begun]");
      assertEquals(
        await begun.getByRole("textbox").inputValue(),
        recording.begunEdit,
      );
      await messages(ada, "Refused", "failed").waitFor();
      assertEquals(await messages(bob, "Refused").count(), 0);
      assertEquals(await messages(bob, "", "failed").count(), 1); // his own
      await connection(ada, "Online").waitFor();

      await ada.goto(`/rooms/${recording.nest.roomID}`);
      await messages(ada, "Between us", "sent").waitFor();
      await boxReads(ada, recording.leaving);
      await bob.goto(`/rooms/${recording.nest.roomID}`);
      await mayWrite(ada);
      await send(ada, recording.leaving);
      await messages(bob, recording.leaving, "sent").waitFor();
      await ada.reload();
      await mayWrite(ada);
      await boxReads(ada, "");
      assertEquals(await messages(ada, recording.leaving).count(), 1);
      assertEquals(errors, []);
    },
  );

  browserTest(
    `A tab that ${name} has open and one of today's sync through one poke stream, whichever holds it (R12)`,
    async (device) => {
      await using release = await ServedRelease.serve(name);
      const { recording } = release;
      const room = `/rooms/${recording.engines.roomID}`;
      const bob = await release.openBob(device);
      await bob.goto(room);
      await mayWrite(bob);

      const old = await release.openDevice(device, {
        serviceWorkers: "block", // it would answer instead of the recording
      });
      const context = old.context();
      const streams = new PokeStreams(context);
      await playRecordedPage(old, release);
      await old.goto(room);
      await sendButton(old).and(old.locator(":enabled")).waitFor();
      const current = await context.newPage();
      await current.goto(room);
      await sendButton(current).and(current.locator(":enabled")).waitFor();
      assertEquals(await isRecorded(old), true);
      assertEquals(await isRecorded(current), false);

      const arrives = async (...texts: string[]) => {
        for (const page of [old, current, bob]) {
          for (const text of texts) {
            await messages(page, text, "sent").waitFor();
            assertEquals(await messages(page, text).count(), 1);
          }
        }
      };
      await arrives(...recording.unsent, recording.changed);
      for (const page of [old, current]) await boxReads(page, recording.draft);
      for (const holder of [old, current]) {
        const who = holder === old ? "the old tab" : "today's tab";
        await streams.only(holder);
        await send(bob, `To ${who}`);
        await arrives(`To ${who}`);
        await send(old, `Online, the old tab beside ${who}`);
        await send(current, `Online, today's tab beside ${who}`);
        await arrives(`the old tab beside ${who}`);
        await arrives(`today's tab beside ${who}`);

        await context.setOffline(true);
        for (const page of [old, current]) {
          await connection(page, "Offline").waitFor();
        }
        await send(old, `Offline 1 beside ${who}`);
        await messages(current, "Offline 1 beside", "pending").waitFor();
        await send(current, `Offline 2 beside ${who}`);
        await messages(old, "Offline 2 beside", "pending").waitFor();
        await context.setOffline(false);
        await arrives(`Offline 1 beside ${who}`, `Offline 2 beside ${who}`);
        if (holder === current) break;
        const next = streams.next();
        await old.reload(); // it gives the stream to the other
        await next;
      }
      // All that an old tab lacks, until it is loaded again.
      await box(bob).pressSequentially("Hm");
      await current.getByText("Bob is typing…").waitFor();
      assertEquals(await old.getByText("Bob is typing…").count(), 0);
    },
  );
}

for (const name of releases) {
  browserTest(
    `A tab that ${name} has open lists direct messages as a private room, named by who is in it (M14)`,
    async (device) => {
      await using release = await ServedRelease.serve(name);
      const { recording } = release;
      const old = await release.openDevice(device, {
        serviceWorkers: "block", // it would answer instead of the recording
      });
      await playRecordedPage(old, release);
      await old.goto(`/rooms/${recording.engines.roomID}`);
      await sendButton(old).and(old.locator(":enabled")).waitFor();
      const errors = errorsOf(old);
      const ada = await Writer.of(old);
      const bob = await release.openBob(device);
      await bob.goto("/rooms/general");
      const { person } = await Writer.of(bob);
      const { body } = await person.post("/api/messages", {
        people: [{ id: ada.person.userID }],
      });
      await new Writer(person).write("From Bob alone", body.space);
      const link = old.getByRole("navigation", { name: "Rooms" })
        .locator(`a[href="/rooms/${body.roomID}"]`);
      await link.getByText("Bob").waitFor();
      await link.getByText("1").waitFor();
      assertEquals(await isRecorded(old), true);
      assertEquals(errors, []);
    },
  );
}

/** Has a page show what the release served, with its scripts; all else is asked of today's server. */
async function playRecordedPage(page: Page, release: ServedRelease) {
  const { path, headers, html, scripts } = await release.readPage();
  const { "content-length": _, ...rest } = headers;
  await page.route(`**${path}`, (route) =>
    route.fulfill({
      headers: rest,
      body: html.replace("<head>", "<head><meta name=recorded>"),
    }));
  await page.route("**/_fresh/js/**", (route) => {
    const body = scripts[new URL(route.request().url()).pathname];
    return route.fulfill({ contentType: "text/javascript", body });
  });
}

const isRecorded = async (page: Page) =>
  await page.locator("meta[name=recorded]").count() > 0;

/** What a page says in its console that something is wrong. */
function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on("console", (line) => {
    if (isFault(line)) errors.push(line.text());
  });
  return errors;
}
