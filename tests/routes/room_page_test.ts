// The page of a room, as the server makes it.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { openApp } from "../support/app.ts";
import { permitted } from "../support/permitted.ts";
import { Person } from "../support/person.ts";

Deno.test({
  name: "the page of a room",
  ignore: !permitted,
  async fn(t) {
    await using app = await openApp();
    const ada = await app.signIn("Ada");
    await t.step("survives every id that the room takes", () => anyID(ada));
    await t.step("names the scripts that it loads (T45)", () => scripts(ada));
    await t.step(
      "has the newest messages, and those that are unread (T23)",
      () => window(ada),
    );
  },
});

async function anyID(ada: Person) {
  const { body: room } = await ada.post("/api/rooms", {
    name: "Names",
    visibility: "public",
  });
  // JSON can have it as a name; JavaScript takes it for something else.
  const id = "__proto__";
  const mutations = [
    { name: "createMessage", args: { id, content: "**bold**" } },
    { name: "setReaction", args: { id, emoji: "👍", on: true } },
  ].map((each, i) => ({ ...each, id: i + 1, clientID: "c", timestamp: 0 }));
  assertEquals((await ada.push(room.space, "g", mutations)).status, 200);
  const { status, body } = await ada.get(`/rooms/${room.roomID}`);
  assertEquals(status, 200);
  assertStringIncludes(body, "<strong>bold</strong>");
  assertStringIncludes(body, "👍 <span");
}

async function scripts(ada: Person) {
  const namedBy = async (path: string) => {
    const { body } = await ada.get(path);
    const links: string[] = body.match(/<link[^>]*>/g) ?? [];
    const named = links.filter((link) => link.includes("preload"));
    // The first paint waits for the styles, which come before them.
    assertEquals(named, named.length ? links.slice(-named.length) : []);
    // As a module it would never be loaded again where it did not come once.
    for (const link of named) {
      const rel = link.includes("/live_replica-")
        ? 'rel="preload" as="fetch" crossorigin="anonymous"'
        : 'rel="modulepreload"';
      assertStringIncludes(link, rel);
    }
    return named.map((link) => link.match(/href="([^"]+)"/)![1]);
  };
  const named = await namedBy("/rooms/general");
  assertEquals(await namedBy("/rooms"), named);
  for (const path of named) {
    const { status, headers } = await ada.get(path);
    assertEquals(status, 200, path);
    assertStringIncludes(headers.get("content-type")!, "javascript", path);
  }
  const naming = (name: string) =>
    named.filter((path) => path.includes(`/${name}`)).length;
  assertEquals(naming("live_replica-"), 1);
  // What the page asks for by itself it does not name twice.
  for (const name of ["Rooms", "Device", "fresh-runtime"]) {
    assertEquals(naming(name), 0, name);
  }
  for (const path of ["/", "/settings", "/rooms/nothing", "/nothing"]) {
    assertEquals(await namedBy(path), [], path);
  }
}

async function window(ada: Person) {
  const { body: room } = await ada.post("/api/rooms", { name: "Long" });
  const write = (from: number, to: number) =>
    ada.push(
      room.space,
      "g2",
      Array.from({ length: to - from + 1 }, (_, i) => ({
        id: from + i,
        clientID: "c2",
        name: "createMessage",
        args: { id: `m${from + i}`, content: `Message ${from + i}.` },
        timestamp: 0,
      })),
    );
  const shown = async (person: Person) => {
    const { body } = await person.get(`/rooms/${room.roomID}`);
    return [...body.matchAll(/data-message-id="m(\d+)"/g)]
      .map(([, n]) => Number(n));
  };
  await write(1, 100);
  assertEquals((await shown(ada)).length, 50);
  assertEquals((await shown(ada)).at(-1), 100);
  // What others have not read yet is on their page, with some before it.
  const bob = await Person.signIn(ada.url, "Bob", ada.send);
  await bob.post(`/api/rooms/${room.roomID}/members`, {});
  await bob.push(`user:${bob.userID}`, "b", [{
    id: 1,
    clientID: "b",
    name: "markRead",
    args: { roomID: room.roomID, seq: 30 },
    timestamp: 0,
  }]);
  assertEquals((await shown(bob))[0], 21);
  await write(101, 400);
  const [first, ...rest] = await shown(bob);
  assertEquals([first, rest.at(-1)], [101, 400]);
  // What was deleted is not unread.
  await ada.push(
    room.space,
    "g3",
    Array.from({ length: 290 }, (_, i) => ({
      id: i + 1,
      clientID: "c3",
      name: "deleteMessage",
      args: { id: `m${101 + i}` },
      timestamp: 0,
    })),
  );
  const left = await shown(bob);
  assertEquals([left[0], left.at(-1), left.length], [21, 400, 90]);
}
