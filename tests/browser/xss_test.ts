// Strings that run scripts in careless pages, typed wherever people type: none runs, and none is altered.
import { trimContent } from "../../lib/chat/visible.ts";
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { Person } from "../support/person.ts";
import { box, mayWrite, messages } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { XSS } from "../support/xss.ts";

const NAMES = XSS.map((text) => text.trim())
  .filter((text) => text.length <= 40 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text));

browserTest(
  "None of the strings runs in Chromium, as message, name, status, room name, topic or draft, and none is altered in store",
  async (device) => {
    assertGreater(XSS.length, 199);
    assertGreater(NAMES.length, 50);
    await using server = await startServer();
    const ada = await Person.signIn(server.url, "Ada");
    const drafts = `user:${ada.userID}`;
    await push(
      ada,
      drafts,
      XSS.map((content, i) => ["setDraft", { roomID: `d${i}`, content }]),
    );
    const stored = await entriesOf(ada, drafts);
    for (const [i, text] of XSS.entries()) {
      assertEquals(stored.get(`draft/d${i}`).content, text);
    }
    // As many in a room as a page shows at once.
    const rooms: { path: string; texts: readonly string[] }[] = [];
    for (let from = 0; from < XSS.length; from += 100) {
      const texts = XSS.slice(from, from + 100);
      const { roomID, space } = await makeRoom(ada, "Trap");
      rooms.push({ path: `/rooms/${roomID}`, texts });
      await push(
        ada,
        space,
        texts.map((content, i) => ["createMessage", { id: `m${i}`, content }]),
      );
      const entries = await entriesOf(ada, space);
      for (const [i, text] of texts.entries()) {
        assertEquals(entries.get(`message/m${i}`).content, trimContent(text));
      }
    }
    const meeting = await makeRoom(ada, "Meeting");
    for (const name of NAMES) {
      const person = await Person.signIn(server.url, name);
      assertEquals((await person.get("/api/session")).body.name, name);
      await person.post(`/api/rooms/${meeting.roomID}/members`, {});
      await push(person, `user:${person.userID}`, [
        ["setProfile", { status: name }],
      ]);
      const own = { id: person.userID, content: name };
      await push(person, meeting.space, [["createMessage", own]]);
      const { space } = await makeRoom(ada, name);
      await push(ada, space, [["updateRoom", { topic: name }]]);
      const room = (await entriesOf(ada, space)).get("room");
      assertEquals([room.name, room.topic], [name, name]);
    }
    rooms.push({ path: `/rooms/${meeting.roomID}`, texts: NAMES });

    // Past the policy: it is a second wall, and must not hide a hole in the first.
    const page = await device(server.url, { bypassCSP: true });
    const [key, value] = ada.cookie.split("=");
    await page.context().addCookies([{ name: key, value, url: server.url }]);
    const ran: string[] = [];
    page.on("dialog", async (dialog) => {
      ran.push(dialog.message());
      await dialog.dismiss();
    });
    for (const { path, texts } of rooms) {
      await page.goto(path);
      await messages(page).nth(texts.length - 1).waitFor();
      await mayWrite(page);
      for (const text of texts) {
        await box(page).fill(text);
        // A box for texts makes one kind of line end of all.
        assertEquals(await box(page).inputValue(), text.replaceAll("\r", "\n"));
      }
      await assertHarmless(page);
    }
    for (const path of ["/", `/rooms/${meeting.roomID}/people`]) {
      await page.goto(path);
      await assertHarmless(page);
    }
    assertEquals(ran, []);

    // And the trap is set: what does run is noticed.
    const noticed = page.waitForEvent("dialog");
    await page.evaluate(() => {
      const div = document.createElement("div");
      div.innerHTML = "<img src=x onerror=alert(1)>";
      document.body.append(div);
    });
    await noticed;
    assertEquals(ran, ["1"]);
  },
);

type Call = [name: string, args: Record<string, string>];

async function push(person: Person, space: string, calls: Call[]) {
  const clientID = crypto.randomUUID();
  const { status } = await person.push(
    space,
    crypto.randomUUID(),
    calls.map(([name, args], i) => ({
      id: i + 1,
      clientID,
      name,
      args,
      timestamp: 1,
    })),
  );
  assertEquals(status, 200);
}

async function makeRoom(person: Person, name: string) {
  const { body } = await person.post("/api/rooms", { name });
  return body as { roomID: string; space: string };
}

/** What a space holds. */
async function entriesOf(person: Person, space: string) {
  const { body } = await person.pull(space, crypto.randomUUID());
  return new Map(
    body.patch.map((
      { key, value }: { key: string; value: unknown },
    ) => [key, value]),
    // deno-lint-ignore no-explicit-any -- entries of every shape
  ) as Map<string, any>;
}

/** No element of the page could run what somebody typed, and its links lead out safely. */
async function assertHarmless(page: Page): Promise<void> {
  const odd = await page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll("*")) {
      const tag = element.outerHTML.slice(0, 200);
      if (
        /^(iframe|object|embed|base|template|math|marquee|style)$/i.test(
          element.tagName,
        )
      ) {
        found.push(tag);
      }
      for (const { name, value } of element.attributes) {
        if (name.startsWith("on") || name === "srcdoc") found.push(tag);
        if (!/^(href|src|action|formaction|data|xlink:href)$/.test(name)) {
          continue;
        }
        if (!/^(https?:|mailto:|\/|#|$)/.test(value)) found.push(tag);
      }
      if (element.tagName === "SCRIPT" && /alert/.test(element.textContent!)) {
        // Data of islands is a JSON text inside of a script of ours.
        if (!/^import\s*\{\s*boot\s*\}/.test(element.textContent!)) {
          found.push(tag);
        }
      }
    }
    for (const link of document.querySelectorAll("article a[href^=http]")) {
      const rel = link.getAttribute("rel") ?? "";
      const isSafe = ["noopener", "noreferrer", "nofollow"].every((word) =>
        rel.includes(word)
      );
      if (!isSafe) found.push(link.outerHTML);
    }
    return found;
  });
  assertEquals(odd, []);
  assert(await page.evaluate(() => document.querySelectorAll("*").length > 20));
}
