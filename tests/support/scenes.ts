// Every page and state that a person can see, one after the other: for screenshots, and for checks of all.
import { Buffer } from "node:buffer";
import { fillHouse } from "./crowd.ts";
import { failRequests, goOnline, PULLS, PUSHES } from "./failing_requests.ts";
import type { Page } from "playwright-core";
import { roomOnUseStrings } from "../../lib/chat/strings/room_on_use.ts";
import type { Device } from "./browser.ts";
import { signIn } from "./browser.ts";
import { roomIsStored } from "./device_storage.ts";
import {
  box,
  connection,
  enter,
  inView,
  log,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "./room_page.ts";
import { choosePicture, photo } from "./photo.ts";
import { slackExport } from "./slack_export.ts";
import { zip } from "./zip.ts";

const words = roomOnUseStrings.history;

/** Is shown each scene, by a name that can be a file's, while it stands. */
export type Look = (name: string, page: Page) => Promise<void>;

/** Puts a theme on, and waits until nothing of the page moves any more. */
export async function inTheme(page: Page, colorScheme: "light" | "dark") {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.evaluate(async () => {
    await new Promise(requestAnimationFrame);
    await Promise.allSettled(
      document.getAnimations()
        .filter(({ effect }) =>
          effect?.getComputedTiming().iterations !== Infinity
        )
        .map(({ finished }) => finished),
    );
  });
}

/** Plays all scenes on one server, in order: what one leaves behind the next can build on. */
export async function playScenes(
  device: Device,
  url: string,
  look: Look,
): Promise<void> {
  const ada = await device(url);
  const bob = await device(url);
  await arriving(ada, look);
  await talking(ada, bob, look);
  await showing(ada, look);
  await finding(ada, look);
  await settling(ada, look);
  await importing(ada, look);
  await gathering(ada, bob, await device(url), look);
  await writingDirectly(ada, bob, look);
  await collecting(ada, bob, look);
  await blocking(ada, look);
  await pausing(bob, look);
  await going(ada, look);
  await crowding(await device(url), url, look);
}

/** The same with as many people, rooms and messages of all kinds as there are after a while. */
async function crowding(carol: Page, url: string, look: Look) {
  const ids = await fillHouse(url);
  await enter(carol, "Carol");
  await look("crowd-room", carol);
  await log(carol).evaluate((log) => log.scrollBy(0, -1500));
  await look("crowd-room-above", carol);
  await carol.getByRole("button", { name: "Jump to newest" }).click();
  const old = log(carol).locator(`[data-message-id="${ids[300]}"]`);
  await carol.evaluate(
    (id) => void (location.hash = `#message-${id}`),
    ids[300],
  );
  await inView(old);
  await look("crowd-permalink", carol);
  const mend = await failRequests(carol, PULLS);
  const missing = carol.getByRole("button", { name: words.missing });
  await missing.scrollIntoViewIfNeeded();
  await carol.getByText(words.failed).waitFor();
  await look("crowd-missing", carol);
  mend();
  await carol.getByRole("button", { name: "Jump to newest" }).click();
  await carol.getByRole("button", { name: "Search" }).click();
  await carol.getByRole("searchbox", { name: "Search messages" }).fill("plan");
  await carol.getByRole("dialog").getByRole("link").first().waitFor();
  await look("crowd-search", carol);
  await carol.keyboard.press("Escape");
  await carol.goto("/");
  await roomLink(carol, "General").waitFor();
  await look("crowd-lobby", carol);
  await carol.getByRole("radio", { name: "Others" }).check();
  await look("crowd-others", carol);
  await carol.goto("/rooms/general/people");
  const people = carol.getByRole("main").locator("summary");
  await people.nth(1).click();
  await look("crowd-people", carol);
}

/** Sign-in, the first lobby, an empty room. */
async function arriving(ada: Page, look: Look) {
  await ada.goto("/signin");
  await look("sign-in", ada);
  await ada.getByRole("textbox", { name: "Your name" }).fill("  ");
  await ada.getByRole("button", { name: "Sign in" }).click();
  await ada.getByRole("alert").waitFor();
  await look("sign-in-refused", ada);
  await signIn(ada, "Ada Lovelace");
  await mayWrite(ada);
  await look("newcomer", ada);
  await ada.goto("/");
  await look("lobby-first", ada);
  await ada.getByRole("link", { name: "New room" }).hover();
  await optionsButton(ada, "General").waitFor({ state: "attached" });
  await ada.getByRole("link", { name: "New room" }).click();
  await ada.getByRole("dialog").waitFor();
  await look("room-new", ada);
  await ada.goto("/new");
  await ada.getByRole("textbox", { name: "Room name" }).fill("  ");
  await ada.getByRole("button", { name: "Create room" }).click();
  await ada.getByRole("alert").waitFor();
  await look("room-new-refused", ada);
  await makeRoom(ada, "Engines");
  await mayWrite(ada);
  await look("room-empty", ada);
}

/** A room with all kinds of messages, and what one does with them. */
async function talking(ada: Page, bob: Page, look: Look) {
  await enter(bob, "Bob", "Engines");
  const talk: [Page, string][] = [
    [bob, "שלום עולם, זה עובד מימין לשמאל"],
    [
      ada,
      "Morning! The **first draft** of the plan is at https://example.org/plan and I would love *honest* comments.",
    ],
    [
      ada,
      "- it works offline\n- it says what is not sent\n- `one` command starts it",
    ],
    [
      bob,
      "> it works offline\n\nEven when I close the browser?\n\n```\nfor (const train of tunnel) train.wait();\n```",
    ],
    [ada, "Even then, @Bob. Try it on the train."],
  ];
  for (const [who, text] of talk) {
    await send(who, text);
    await messages(ada).and(ada.locator("[data-state=sent]"))
      .nth(talk.findIndex(([, each]) => each === text)).waitFor();
  }
  const even = messages(ada, "Even when I close");
  await even.hover();
  await even.getByRole("button", { name: "React" }).click();
  await look("room-reacting", ada);
  await ada.getByRole("button", { name: "All emoji" }).click();
  await ada.getByRole("searchbox").waitFor();
  await look("room-emoji", ada);
  await ada.keyboard.press("Escape");
  await even.hover();
  await even.getByRole("button", { name: "Reply" }).click();
  await box(ada).fill("Yes: the page, the messages, and your words.");
  await look("room-replying", ada);
  await ada.keyboard.press("Enter");
  await messages(ada, "Yes: the page", "sent").waitFor();
  await look("room", ada);
  await describing(ada, look);

  const own = messages(ada, "Try it on the train");
  await own.hover();
  await own.getByRole("button", { name: "Edit" }).click();
  await look("room-editing", ada);
  await ada.keyboard.press("Escape");
  await own.hover();
  await own.getByRole("button", { name: "Delete" }).click();
  await ada.getByRole("dialog").waitFor();
  await look("room-deleting", ada);
  await ada.getByRole("button", { name: "Cancel" }).click();
  await box(ada).fill("Thank you, @B");
  await look("room-mentioning", ada);
  await box(ada).fill("");

  await roomIsStored(ada, new URL(ada.url()).pathname);
  await ada.context().setOffline(true);
  await connection(ada, "Offline").waitFor();
  await send(ada, "In the tunnel now. This waits until we are out.");
  await messages(ada, "In the tunnel", "pending").waitFor();
  await look("room-offline", ada);
  await ada.goto("/rooms/nowhere");
  await ada.getByText("This room is not on this device yet").waitFor();
  await look("room-not-on-device", ada);
  await ada.goBack();
  await ada.goto("/rooms/general/people");
  await ada.getByRole("main").getByRole("link", { name: "Engines" }).waitFor();
  await look("offline-page", ada);
  await ada.goBack();
  await goOnline(ada);
  await messages(ada, "In the tunnel", "sent").waitFor();

  await ada.goto("/rooms/general");
  await mayWrite(ada);
  await send(bob, "One more thing, @Ada Lovelace");
  await messages(bob, "One more thing", "sent").waitFor();
  await ada.getByText("1 unread", { exact: false }).first()
    .waitFor({ state: "attached" });
  await look("room-unread-elsewhere", ada);
  await ada.goto("/");
  await look("lobby", ada);
  await setting(ada, look);
}

/** What one sets for a room, in its row of the list and above it. */
async function setting(ada: Page, look: Look) {
  for (const name of ["Engines", "General"]) {
    await roomLink(ada, name).hover();
    await optionsButton(ada, name).click();
    const options = ada.getByRole("dialog", { name });
    const favourite = options.getByRole("checkbox");
    await favourite.and(ada.locator(":enabled")).waitFor();
    if (name === "Engines") await favourite.check();
    else await options.getByRole("radio", { name: "Nothing" }).check();
    await look(`list-options-${name.toLowerCase()}`, ada);
    await ada.keyboard.press("Escape");
  }
  await ada.mouse.move(700, 500);
  await ada.getByRole("main").click();
  await look("lobby-favourite", ada);
  await roomLink(ada, "General").click();
  await mayWrite(ada);
  await ada.getByRole("main")
    .getByRole("button", { name: "Favourite and notifications" }).click();
  await ada.getByRole("dialog").locator(":checked:enabled").first().waitFor();
  await look("room-options", ada);
  await ada.getByRole("radio", { name: "Every message" }).check();
  await ada.keyboard.press("Escape");
  await ada.getByRole("dialog").waitFor({ state: "detached" });
}

const roomLink = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name });

const optionsButton = (page: Page, name: string) =>
  page.getByRole("button", {
    name: `Favourite and notifications of ${name}`,
    exact: true,
  });

/** What one does with the room itself. */
async function describing(ada: Page, look: Look) {
  const deed = (name: string) =>
    ada.getByRole("main").getByRole("button", { name });
  await deed("Room settings").click();
  const topic = ada.getByRole("textbox", { name: "Topic" });
  await topic.fill(
    "Difference engines, analytical ones, and all that runs on steam or might one day",
  );
  await look("room-settings", ada);
  await topic.press("Enter");
  await ada.getByText("Difference engines").waitFor();
  await look("room-topic", ada);
  await deed("Invite").click();
  await look("room-invite", ada);
  await ada.keyboard.press("Escape");
  await deed("Leave room").click();
  await look("room-leave", ada);
  await ada.keyboard.press("Escape");
}

/** Pictures and files, from where they are attached to where they are looked at. */
async function showing(ada: Page, look: Look) {
  await ada.goto("/rooms/general");
  await mayWrite(ada);
  const files = [
    { name: "Harbour at dusk.png", buffer: await drawing(ada, 900, 600) },
    { name: "Tower.png", buffer: await drawing(ada, 300, 900) },
    {
      name: "Minutes of the meeting about the meeting, final (2).txt",
      buffer: Buffer.from("We met."),
    },
  ].map((file) => ({ ...file, mimeType: "" }));
  const choose = async () => {
    const chooser = ada.waitForEvent("filechooser");
    await ada.getByRole("button", { name: "Attach" }).click();
    await (await chooser).setFiles(files);
    await ada.getByRole("list", { name: "Files to send" }).getByText("kB")
      .nth(files.length - 1).waitFor();
  };
  await choose();
  await look("room-attaching", ada);
  await box(ada).fill("What I saw on the way");
  await ada.keyboard.press("Enter");
  await messages(ada, "What I saw", "sent").waitFor();
  await look("room-files", ada);
  await log(ada).getByRole("img", { name: "Harbour" }).click();
  await ada.getByRole("dialog").getByRole("img").waitFor();
  await look("room-viewer", ada);
  await ada.keyboard.press("Escape");

  const UPLOADS = /\/api\/uploads$/;
  const mend = await failRequests(ada, UPLOADS);
  await choose();
  await ada.keyboard.press("Enter");
  await ada.getByRole("progressbar").waitFor();
  await look("room-uploading", ada);
  await ada.getByRole("button", { name: "Cancel upload" }).click();
  mend();
  const accept = await failRequests(ada, UPLOADS, (route) => {
    const message = "A file has at most 25 MB here.";
    return route.fulfill({
      status: 413,
      json: { error: "too-large", message },
    });
  });
  await choose();
  await ada.keyboard.press("Enter");
  await ada.getByRole("alert").getByText("at most 25 MB").waitFor();
  await look("room-upload-refused", ada);
  await ada.getByRole("button", { name: "Discard" }).click();
  accept();
}

/** A picture of so many pixels, as a PNG. */
async function drawing(page: Page, width: number, height: number) {
  const base64 = await page.evaluate(([width, height]) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d")!;
    const sky = context.createLinearGradient(0, 0, 0, height);
    for (const [i, colour] of ["#24425c", "#c96f4a", "#f2c57c"].entries()) {
      sky.addColorStop(i / 2, colour);
    }
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    return canvas.toDataURL().split(",")[1];
  }, [width, height]);
  return Buffer.from(base64, "base64");
}

async function finding(ada: Page, look: Look) {
  await ada.getByRole("button", { name: "Search" }).click();
  const words = ada.getByRole("searchbox", { name: "Search messages" });
  await words.waitFor();
  await look("search", ada);
  await words.fill("tunnel");
  await ada.getByRole("dialog").getByRole("link").first().waitFor();
  await look("search-found", ada);
  await words.fill("zebra");
  await ada.getByText("No message matches").waitFor();
  await look("search-nothing", ada);
  await ada.context().setOffline(true);
  await words.fill("after:2026-01-31 tunnel");
  await ada.getByText("Only this device").waitFor();
  await look("search-offline", ada);
  await goOnline(ada);
  await ada.keyboard.press("Escape");
}

async function settling(ada: Page, look: Look) {
  await ada.goto("/settings");
  await ada.getByRole("radio", { name: "Dark" }).and(ada.locator(":enabled"))
    .waitFor();
  await look("settings", ada);
  await choosePicture(ada, "text.txt", Buffer.from("no picture"));
  await ada.getByRole("alert").waitFor();
  await look("settings-picture-refused", ada);
  await choosePicture(ada, "me.jpg", await photo(ada));
  await ada.getByText("Your picture is saved.").waitFor();
  await look("settings-picture", ada);
  const status = ada.getByRole("textbox", { name: "Your status" });
  await status.fill("On a train until Thursday, and slow to answer");
  await ada.getByRole("button", { name: "Save status" }).click();
  await ada.getByText("Saved.", { exact: true }).waitFor();
  const allowed = await ada.context().newPage();
  await allowed.addInitScript(() => {
    // What a headless browser would not allow.
    Object.defineProperty(Notification, "permission", { get: () => "granted" });
  });
  await allowed.goto("/settings");
  await allowed.getByRole("button", { name: "Turn on" })
    .and(allowed.locator(":enabled")).waitFor();
  await look("settings-notices", allowed);
  await allowed.close();
  await ada.getByRole("button", { name: "Make a link" }).click();
  await ada.getByRole("img").waitFor();
  await look("settings-link", ada);
  await ada.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await ada.getByRole("dialog").waitFor();
  await look("settings-keys", ada);
  await ada.goto("/settings/delete");
  await ada.getByRole("textbox", { name: "your name" }).fill("Bob");
  await ada.getByRole("button", { name: "Delete account" }).click();
  await ada.getByRole("alert").waitFor();
  await look("settings-delete", ada);
}

/** What Slack has, with a day that can't be read. */
async function importing(ada: Page, look: Look) {
  const files = [...slackExport(), ["random/2024-03-02.json", "["]];
  const content = await zip(
    files.map(([path, content]) => ({ path, content })),
  );
  await ada.goto("/import");
  const chooser = ada.getByLabel("File", { exact: true });
  await chooser.and(ada.locator(":enabled")).waitFor();
  await look("import", ada);
  await chooser.setInputFiles({
    name: "slack.zip",
    mimeType: "application/zip",
    buffer: Buffer.from(content),
  });
  await ada.getByRole("checkbox", { name: "random" }).waitFor();
  await look("import-channels", ada);
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  await ada.route("**/api/imports/*", async (route) => {
    await held;
    await route.continue();
  });
  await ada.getByRole("button", { name: "Import" }).click();
  await ada.getByRole("progressbar", { name: "Import" }).waitFor();
  await look("import-progress", ada);
  release();
  await ada.getByRole("link", { name: "secret-plans" }).waitFor();
  await look("import-done", ada);
  await ada.getByRole("link", { name: "general" }).click();
  await messages(ada, "The next day").waitFor();
  await look("room-imported", ada);
}

/** Who is in a room, invitations, and what a stranger sees. */
async function gathering(ada: Page, bob: Page, carol: Page, look: Look) {
  await ada.goto("/");
  await roomLink(ada, "Engines").click();
  await mayWrite(ada);
  const { pathname } = new URL(ada.url());
  await ada.goto(`${pathname}/people`);
  await look("people", ada);
  await ada.getByRole("button", { name: "Make an invitation" }).click();
  const invitation = ada.getByText(/\/invite\//);
  await invitation.waitFor();
  await look("people-invitation", ada);
  await bob.goto("/");
  await look("lobby-of-another", bob);
  await signIn(carol, "Carol");
  await carol.goto((await invitation.textContent())!);
  await look("invitation", carol);
  await automating(ada, pathname, look);
}

/** A bot, its hook, what it writes, and how programs use it. */
async function automating(ada: Page, room: string, look: Look) {
  const back = ada.url();
  await ada.goto(`${room}/bots`);
  await look("bots-none", ada);
  await ada.getByRole("textbox", { name: "Name of the bot" }).fill("Robot");
  await ada.getByRole("button", { name: "Make a bot" }).click();
  const token = await ada.locator(".secret").innerText();
  await look("bots-token", ada);
  await ada.getByText("Add a hook to Robot").first().click();
  const url = "https://example.org/hooks/kvetch";
  await ada.getByRole("textbox", { name: "Address" }).fill(url);
  await ada.getByLabel("What it is told").selectOption("addressed");
  await look("bots-hook-form", ada);
  await ada.getByRole("button", { name: "Add a hook to Robot" }).click();
  await ada.getByText(url).waitFor();
  await look("bots-hook", ada);
  await ada.goto(`${room}/people`);
  await look("people-bots", ada);
  await ada.request.post(`/api${room}/messages`, {
    headers: { authorization: `Bearer ${token}` },
    data: { content: "The build is **green**." },
  });
  await ada.goto(room);
  await messages(ada, "The build is green").waitFor();
  await look("room-bot", ada);
  await ada.goto("/bots");
  await look("bots-documentation", ada);
  await ada.goto(back);
}

/** Direct messages: from the list, between two and between more, offline with one who is gone. */
async function writingDirectly(ada: Page, bob: Page, look: Look) {
  const { pathname } = new URL(ada.url());
  await ada.goto(pathname.replace("/people", ""));
  await mayWrite(ada);
  const list = ada.getByRole("navigation", { name: "Rooms" });
  const toWrite = list.getByRole("link", { name: "New message" });
  const dialog = ada.getByRole("dialog", { name: "New message" });
  const choose = async (...names: string[]) => {
    await list.hover();
    await optionsButton(ada, "General").waitFor({ state: "attached" });
    await toWrite.click();
    await dialog.getByRole("checkbox").first().waitFor();
    for (const name of names) {
      await dialog.getByRole("checkbox", { name }).check();
    }
  };
  const begin = async (name: string) => {
    await dialog.getByRole("button", { name: "Write" }).click();
    await ada.waitForURL("/rooms/direct-*");
    await ada.locator("h1.place").getByText(name, { exact: true }).waitFor();
    await mayWrite(ada);
  };
  await choose("Bob", "Carol");
  await look("message-new", ada);
  await begin("Bob, Carol");
  await look("direct-empty", ada);
  await send(ada, "Shall the three of us meet on Friday?");
  await messages(ada, "on Friday", "sent").waitFor();
  await ada.getByRole("button", { name: "Leave room" }).click();
  await look("direct-leaving", ada);
  await ada.keyboard.press("Escape");
  await choose("Bob");
  await begin("Bob");
  await send(ada, "Between the two of us: I bring a cake.");
  await messages(ada, "a cake", "sent").waitFor();
  await list.getByRole("link", { name: /^Bob\s*, online$/ }).waitFor();
  await look("direct", ada);
  await bob.goto("/");
  await roomLink(bob, "General").hover();
  await bob.getByRole("link", { name: /^Ada Lovelace\s*, online\s*1 unread$/ })
    .waitFor();
  await look("direct-unread", bob);
  await bob.keyboard.press("Control+k");
  await bob.getByRole("searchbox", { name: "Search" }).fill("ada");
  await bob.getByRole("dialog").getByRole("button", { name: "Message Ada" })
    .waitFor();
  await look("direct-search", bob);
  await bob.keyboard.press("Escape");
  await bob.goto("/messages");
  await look("message-new-page", bob);
  await bob.goto("/");
  await ada.goto(pathname);
}

/** What one does with another person: by their name, and in the list of people. */
async function blocking(ada: Page, look: Look) {
  await ada.getByRole("link", { name: "Back to the room" }).click();
  await mayWrite(ada);
  await messages(ada, "Even when I close")
    .getByRole("link", { name: "Bob", exact: true }).click();
  await ada.getByRole("dialog", { name: "Bob" }).waitFor();
  await look("room-person", ada);
  await ada.getByRole("button", { name: "Block" }).click();
  await messages(ada, "Message of someone you blocked").first().waitFor();
  await look("room-folded", ada);
  const { pathname } = new URL(ada.url());
  await ada.goto("/settings");
  await look("settings-blocked", ada);
  await ada.getByRole("button", { name: "Unblock" }).click();
  await ada.goto(`${pathname}/people`);
  await ada.getByRole("main").getByText("Bob", { exact: true }).click();
  await ada.getByText("Remove all messages…").click();
  await look("people-person", ada);
}

/** The inbox, read and unread, and what was saved for later. */
async function collecting(ada: Page, bob: Page, look: Look) {
  const { pathname } = new URL(ada.url());
  await ada.goto("/inbox");
  const saved = ada.getByRole("radio", { name: "Saved" });
  await saved.check();
  await look("saved-empty", ada);
  await roomLink(bob, "Engines").click();
  await mayWrite(bob);
  await send(bob, "@Ada Lovelace, is the plan for **Tuesday** still good?");
  await ada.goto("/inbox");
  const first = ada.getByRole("main").getByRole("link", { name: /Tuesday/ });
  await first.waitFor();
  await ada.getByRole("button", { name: "Save for later" }).first().click();
  await ada.getByRole("button", { name: "Remove from saved" }).first()
    .waitFor();
  await look("inbox", ada);
  await saved.check();
  await look("saved", ada);
  const shown = ada.getByRole("main").getByRole("button")
    .filter({ visible: true });
  await shown.filter({ hasText: "Remove from saved" }).click();
  await shown.filter({ hasText: "Save for later" }).waitFor();
  await look("saved-removed", ada);
  await ada.goto(pathname);
}

/** What the server refuses, and when it takes nothing from somebody any more. */
async function pausing(bob: Page, look: Look) {
  await roomLink(bob, "Engines").click();
  await mayWrite(bob);
  const mend = await failRequests(bob, PUSHES, (route) => {
    // Something on the way spoils it; the server refuses it for good.
    const postData = route.request().postData()!
      .replace('"Spoiled"', '"Spoiled","replyTo":"?"');
    return route.continue({ postData });
  });
  await send(bob, "Spoiled");
  const refused = messages(bob, "Spoiled", "failed");
  await refused.waitFor();
  await look("room-refused", bob);
  await refused.getByRole("button", { name: "Discard" }).click();
  await refused.waitFor({ state: "detached" });
  mend();

  for (const status of [401, 403, 404]) {
    const json = { error: "no", message: "No." };
    const text = `Written before the ${status}`;
    // Not what the page before has left: gone before this is written, the room
    // would take it from nobody.
    const mend = await failRequests(
      bob,
      PUSHES,
      (route) =>
        route.request().postData()!.includes(text)
          ? route.fulfill({ status, json })
          : route.continue(),
    );
    await send(bob, text);
    await messages(bob, text, "pending").waitFor();
    await bob.locator(".paused").waitFor();
    await look(`room-paused-${status}`, bob);
    await bob.getByRole("button", { name: "Discard" }).click();
    await bob.getByRole("dialog").waitFor();
    if (status === 403) await look("room-discarding", bob);
    await bob.getByRole("button", { name: "Cancel" }).click();
    mend();
    await bob.reload();
    await mayWrite(bob);
  }
}

/** Error pages and their link back. */
async function going(ada: Page, look: Look) {
  await ada.goto("/nowhere");
  await look("error-404", ada);
  await ada.goto("/rooms/nowhere");
  await look("error-404-room", ada);
  await ada.goto("/invite/general/nothing");
  await look("error-invitation", ada);
  await ada.goto("/signout");
  await ada.getByRole("main").getByRole("button", { name: "Sign out" })
    .and(ada.locator(":enabled")).waitFor();
  await look("sign-out", ada);
  await ada.context().setOffline(true);
  await ada.getByRole("main").getByRole("button", { name: "Sign out" })
    .click();
  await ada.getByRole("alert").waitFor();
  await look("sign-out-offline", ada);
  await goOnline(ada);
  await ada.goto("/rooms/general");
  await mayWrite(ada);
  await ada.route("**/api/replicache/push?*", (route) => route.abort());
  await send(ada, "One last thing");
  await messages(ada, "One last thing", "pending").waitFor();
  await ada.goto("/signout");
  await ada.getByRole("button", { name: "Discard" }).waitFor();
  await ada.getByText("Show what is unsent").click();
  await look("sign-out-unsent", ada);
}
