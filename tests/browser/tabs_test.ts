// Many tabs of one browser: one stream tells them all, whichever of them is closed.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import {
  browserTest,
  type Device,
  PLAIN_HOST,
  signIn,
} from "../support/browser.ts";
import { handChecks } from "../support/frozen_tabs.ts";
import { PokeStreams } from "../support/poke_streams.ts";
import { box, enter, mayWrite, messages } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { shiftClock } from "../support/shifted_clock.ts";
import { Writer } from "../support/writer.ts";
import { onePerson } from "../support/two_people.ts";

const TABS = 20;

browserTest(
  "Twenty tabs are told by one stream, and by another when the tab that holds it is closed (R12)",
  async (device) => {
    await using general = await adaWithStreams(device);
    const { ada, streams, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const others = Array.from({ length: TABS - 1 }, () => newTab(ada));
    let tabs = [ada, ...await Promise.all(others)];
    const lap = stopwatch();
    await bob.write("To all of you");
    await everywhere(tabs, "To all of you");
    lap(`${TABS} tabs show a message after`);
    await streams.only();

    for (let i = 0; i < 2; i++) {
      const leading = await streams.only();
      const next = streams.next();
      const lap = stopwatch();
      await leading.frame().page().close();
      tabs = tabs.filter((tab) => !tab.isClosed());
      await next;
      lap("another tab holds the stream after");
      await bob.write(`And again ${i}`);
      await everywhere(tabs, `And again ${i}`);
      await streams.only();
    }

    const late = await newTab(tabs[0]);
    await everywhere([late], "And again 1");
    await bob.write("Late, too");
    await everywhere([late, ...tabs], "Late, too");
    await streams.only();
  },
);

browserTest(
  "A tab that listens to more has the stream opened for all, and nobody is told twice (R13)",
  async (device) => {
    await using general = await adaWithStreams(device);
    const { ada, streams, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("Before");
    await everywhere([ada], "Before");
    // One that was on its way already may still come.
    let pulls = 0;
    ada.on("request", (request) => {
      if (/pull\?space=room%3Ageneral/.test(request.url())) pulls++;
    });
    const tab = await ada.context().newPage();
    const rooms = ["First", "Second", "Third", "Fourth"];
    for (const name of rooms) {
      const { body } = await bob.person.post("/api/rooms", {
        name,
        visibility: "public",
      });
      let next = streams.next();
      await tab.goto(`/rooms/${body.roomID}`);
      // Another may be opened before, as the rooms beside it are listened to.
      for (let spaces: string[] = []; !spaces.includes(body.space);) {
        await next;
        next = streams.next();
        const { searchParams } = new URL((await streams.only()).url());
        spaces = searchParams.getAll("space");
        assert(spaces.includes("room:general"));
      }
      await bob.write(`In the ${name}`, body.space);
      await everywhere([tab], `In the ${name}`);
    }
    assert(pulls < rooms.length, `${pulls}`);
    await bob.write("And here");
    await everywhere([ada], "And here");
    await streams.only();
  },
);

browserTest(
  "History that was loaded in one tab stays when another pulls",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 450);
    await bob.write("The newest");
    const ada = await device(server.url);
    await enter(ada, "Ada");
    const other = await newTab(ada);
    const older = ada.getByRole("button", { name: "Load older messages" });
    await older.click();
    await messages(ada, "number 101.").waitFor();
    const loaded = await messages(ada).count();
    for (const text of ["one", "two", "three"]) {
      await bob.write(`And ${text}`);
      await everywhere([other, ada], `And ${text}`);
    }
    await other.reload();
    await mayWrite(other);
    await bob.write("And four");
    await everywhere([other, ada], "And four");
    assert(await messages(ada).count() >= loaded + 4);
    assertEquals(await messages(ada, "number 101.").count(), 1);
  },
);

browserTest(
  "A tab of who was signed in before is not told by the stream of who is now",
  async (device) => {
    await using general = await adaWithStreams(device);
    const { ada, streams, server } = general;
    const carol = await Writer.signIn(server.url, "Carol");
    await carol.write("To Ada");
    await everywhere([ada], "To Ada");
    // Ended from elsewhere: this browser would forget all that it keeps.
    const elsewhere = await Writer.of(ada);
    await elsewhere.person.fetch("/api/session", { method: "DELETE" });
    await ada.getByText("Sign in again").first().waitFor();

    const bob = await ada.context().newPage();
    await bob.request.post("/api/session", { data: { name: "Bob" } });
    // From here on: it is asked for again after ever longer pauses.
    const asked = ada.waitForResponse(/\/replicache\/poke/);
    await enter(bob, "Bob");
    await carol.write("To Bob");
    await everywhere([bob], "To Bob");
    // Hers is asked for in her name, whoever is signed in.
    assertEquals((await asked).status(), 401);
    await streams.only(bob);
    assertEquals(await messages(ada).count(), 1);
  },
);

/** With Web Locks, and without them. */
for (const host of ["localhost", PLAIN_HOST]) {
  browserTest(
    `A tab on http://${host} that holds the stream and says nothing any more, as if frozen, loses it to another (R12)`,
    async (device) => {
      await using server = await startServer({ HOST: "127.0.0.1" });
      const ada = await device(server.url.replace("127.0.0.1", host));
      const streams = new PokeStreams(ada.context());
      await ada.addInitScript(() => {
        const { postMessage } = BroadcastChannel.prototype;
        BroadcastChannel.prototype.postMessage = function (message) {
          if (!("silent" in globalThis)) postMessage.call(this, message);
        };
      });
      await signIn(ada, "Ada");
      await ada.goto("/rooms/general");
      await mayWrite(ada);
      const bob = await Writer.signIn(server.url, "Bob");
      const other = await ada.context().newPage();
      const passMinute = await handClock(other);
      await other.goto(ada.url());
      await bob.write("One");
      await everywhere([ada, other], "One");
      await streams.only(ada);

      // One that answers keeps it, however long there was nothing to say.
      await passMinute();
      await bob.write("Two");
      await everywhere([ada, other], "Two");
      await streams.only(ada);

      await ada.evaluate(() => Object.assign(globalThis, { silent: true }));
      const next = streams.next();
      await passMinute();
      await passMinute();
      await next;
      await bob.write("Three");
      await everywhere([ada, other], "Three");
      await streams.only(other);
    },
  );
}

browserTest(
  "Ten tabs on plain http, where a host has six connections, come alive, write and are told by one stream, and by another when its tab is closed or crashes (R12)",
  async (device) => {
    await using server = await startServer({ HOST: "127.0.0.1" });
    const ada = await device(server.url.replace("127.0.0.1", PLAIN_HOST));
    const streams = new PokeStreams(ada.context());
    await signIn(ada, "Ada");
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    assertEquals(await ada.evaluate(() => isSecureContext), false);
    const others = Array.from({ length: 9 }, () => newTab(ada));
    let tabs = [ada, ...await Promise.all(others)];
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("To all of you");
    await everywhere(tabs, "To all of you");
    for (const [i, tab] of tabs.entries()) {
      await sendAtOnce(tab, `From tab ${i}.`);
    }
    for (const i of tabs.keys()) await everywhere(tabs, `From tab ${i}.`);

    const end = [
      (page: Page) => page.close(),
      // As when its process is killed: nothing in it runs any more.
      async (page: Page) => {
        const crashed = page.waitForEvent("crash");
        page.goto("chrome://crash").catch(() => {}); // there is no answer
        await crashed;
        await page.close();
      },
    ];
    for (const [i, each] of end.entries()) {
      const leading = await streams.only();
      const next = streams.next();
      await each(leading.frame().page());
      tabs = tabs.filter((tab) => !tab.isClosed());
      await next;
      await bob.write(`And again ${i}`);
      await everywhere(tabs, `And again ${i}`);
      await streams.only();
    }
  },
);

/** Ada in General, and the poke streams of her browser from the first on. */
async function adaWithStreams(device: Device) {
  let streams!: PokeStreams;
  const general = await onePerson(device, {}, (ada) => {
    streams = new PokeStreams(ada.context());
  });
  return { ...general, streams };
}

async function newTab(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await mayWrite(tab);
  return tab;
}

/**
 * In one go: all tabs of a person share a draft, a second after its last key,
 * and what one is about to send would come into the box of the next.
 */
const sendAtOnce = (page: Page, text: string) =>
  box(page).evaluate((box: HTMLTextAreaElement, text) => {
    box.value = text;
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    box.form!.requestSubmit();
  }, text);

async function everywhere(tabs: Page[], text: string): Promise<void> {
  await Promise.all(tabs.map((tab) => messages(tab, text, "sent").waitFor()));
}

function stopwatch(): (what: string) => void {
  const began = performance.now();
  return (what) =>
    console.log(`${what} ${Math.round(performance.now() - began)} ms`);
}

/** Before a page is opened: returns what lets a minute pass for its check of the tab that leads, and for its dates. */
async function handClock(page: Page): Promise<() => Promise<void>> {
  const check = await handChecks(page);
  return async () => {
    await page.evaluate(shiftClock, 60_000);
    await check();
  };
}
