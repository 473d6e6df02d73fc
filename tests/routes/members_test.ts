// Rooms over HTTP: who gets in, who invites, who is put out, and what each learns at once.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { GENERAL, roomSpace, userSpace } from "../../lib/chat/spaces.ts";
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import { eventsOf } from "../support/events.ts";
import { APP } from "../support/app.ts";
import { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { Writer } from "../support/writer.ts";

/** A room of its owner's; the answer's `roomID` and `space`. */
async function makeRoom(owner: Person, visibility: string) {
  const { body } = await owner.post("/api/rooms", { name: "Nest", visibility });
  return body as { roomID: string; space: string };
}

/** An invitation's URL, its secret and its ID. */
async function invite(host: Person, roomID: string) {
  const answer = await host.post(`/api/rooms/${roomID}/invites`, {});
  assertEquals(answer.status, 201);
  const { url, inviteID } = answer.body;
  return { url, inviteID, secret: url.split("/").at(-1) as string };
}

/** A browser in which no one is signed in. */
const nobody = () => new Person(APP, "", app.send);

const join = async (person: Person, roomID: string, invite?: string) =>
  (await person.post(`/api/rooms/${roomID}/members`, { invite })).status;

const remove = async (person: Person, path: string) =>
  (await person.ask(path, { method: "DELETE" })).status;

/** The members of a room by name, with their roles, as its owner's replica has them. */
async function rolesIn(person: Person, space: string) {
  const { body } = await person.pull(space, crypto.randomUUID());
  return Object.fromEntries(
    body.patch.filter(({ key = "" }) => key.startsWith("member/"))
      .map(({ value }: { value: { name: string; role: string } }) => [
        value.name,
        value.role,
      ]),
  );
}

async function listen(person: Person, space: string) {
  const response = await person.fetch(`/api/replicache/poke?space=${space}`);
  assertEquals(response.status, 200);
  const stream = eventsOf(response.body!.getReader());
  assertEquals((await stream.next()).value?.event, "poke");
  return stream;
}

test("who signs in for the first time is in General, and stays out once they have left it (T13)", async () => {
  const ada = await app.signIn("Ada");
  const bob = await app.signIn("Bob");
  assertEquals((await rolesIn(bob, roomSpace(GENERAL))).Ada, "member");
  const { body } = await ada.pull(userSpace(ada.userID), crypto.randomUUID());
  const keys = body.patch.map(({ key = "" }) => key);
  assert(keys.includes(`membership/${GENERAL}`), keys.join());

  const me = `/api/rooms/${GENERAL}/members/me`;
  assertEquals(await remove(ada, me), 204);
  const link = await ada.post("/api/session/link", {});
  const { status } = await nobody().ask(new URL(link.body.url).pathname, {
    method: "POST",
  });
  assertEquals(status, 303);
  assertEquals((await rolesIn(bob, roomSpace(GENERAL))).Ada, undefined);
});

test("whoever only opens the page of a public room is not in it, until they join (A10)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = await makeRoom(ada, "public");
  const page = `/rooms/${roomID}`;
  assertMatch(await (await bob.fetch(page)).text(), />Join<\/button>/);
  assertEquals(await rolesIn(ada, space), { Ada: "owner" });
  assertEquals((await bob.ask(page, { method: "POST" })).status, 303);
  assertEquals(await rolesIn(ada, space), { Ada: "owner", Bob: "member" });
  assert(!/>Join<\/button>/.test(await (await bob.fetch(page)).text()));
});

test("who signs in to open an invitation is told by whom and to what (T10)", async () => {
  const ada = await app.signIn("Ada <b>");
  const { roomID } = await makeRoom(ada, "private");
  const { url } = await invite(ada, roomID);
  const guest = nobody();
  const toSignIn = await guest.fetch(new URL(url).pathname);
  const signIn = toSignIn.headers.get("location")!;
  for (const init of [{}, { method: "POST", body: new FormData() }]) {
    const text = await (await guest.fetch(signIn, init)).text();
    assertMatch(text, /Ada &lt;b> invites you to “Nest”/);
  }
  const wrong = signIn.replace(/.{4}$/, "AAAA");
  assert(!/invites you/.test(await (await guest.fetch(wrong)).text()));
});

test("an invitation opens a private room to whoever has it, and is kept as a hash only (E8)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = await makeRoom(ada, "private");
  const { url, secret } = await invite(ada, roomID);
  assertMatch(url, /^http:\/\/app\.test\/invite\/[\w-]+\/[\w-]{43}$/);

  assertEquals(await join(bob, roomID), 404);
  assertEquals(await join(bob, roomID, "x".repeat(43)), 404);
  assertEquals(await join(bob, roomID, secret), 204);
  assertEquals(await rolesIn(bob, space), { Ada: "owner", Bob: "member" });
  for await (const { key, value } of app.kv.list({ prefix: [] })) {
    const isBytes = value instanceof Uint8Array;
    const text = isBytes
      ? new TextDecoder().decode(value)
      : JSON.stringify(value);
    assert(!`${key.join()} ${text}`.includes(secret), key.join());
  }
});

test("an invitation that was withdrawn or is over opens nothing (E8, T10)", async () => {
  const [ada, bob, eve] = await Promise.all(
    ["Ada", "Bob", "Eve"].map((name) => app.signIn(name)),
  );
  const { roomID } = await makeRoom(ada, "private");
  const first = await invite(ada, roomID);
  assertEquals(await join(bob, roomID, first.secret), 204);
  const second = await invite(ada, roomID);
  const path = `/api/rooms/${roomID}/invites`;
  assertEquals(await remove(bob, `${path}/${first.inviteID}`), 403);
  assertEquals(await remove(eve, `${path}/${first.inviteID}`), 404);
  assertEquals(await remove(ada, `${path}/${first.inviteID}`), 204);
  assertEquals(await remove(ada, `${path}/${first.inviteID}`), 404);
  assertEquals(await join(eve, roomID, first.secret), 404);

  const { now } = Date;
  Date.now = () => now() + 8 * 24 * 60 * 60 * 1000;
  try {
    assertEquals(await join(eve, roomID, second.secret), 404);
  } finally {
    Date.now = now;
  }
  assertEquals(await join(eve, roomID, second.secret), 204);
});

test("members invite and withdraw their own; visitors do not, outsiders see no room", async () => {
  const [ada, bob, eve] = await Promise.all(
    ["Ada", "Bob", "Eve"].map((name) => app.signIn(name)),
  );
  const open = await makeRoom(ada, "public");
  const shut = await makeRoom(ada, "private");
  const post = (person: Person, roomID: string) =>
    person.post(`/api/rooms/${roomID}/invites`, {});
  assertEquals((await post(eve, open.roomID)).status, 403);
  assertEquals((await post(eve, shut.roomID)).status, 404);
  assertEquals((await post(eve, "no such room")).status, 404);
  assertEquals(await join(bob, open.roomID), 204);
  const own = await invite(bob, open.roomID);
  const path = `/api/rooms/${open.roomID}/invites/${own.inviteID}`;
  assertEquals(await remove(bob, path), 204);
});

test("a room holds fifty invitations, then the oldest goes (E8, T10)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID } = await makeRoom(ada, "private");
  const first = await invite(ada, roomID);
  const second = await invite(ada, roomID);
  for (let i = 0; i < 49; i++) await invite(ada, roomID);
  assertEquals(await join(bob, roomID, first.secret), 404);
  assertEquals(await join(bob, roomID, second.secret), 204);
});

test("a removed member's stream ends with `gone`, the next pull is 404, what they wrote stays (E8, T14, T15)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = await makeRoom(ada, "private");
  const { secret } = await invite(ada, roomID);
  await join(bob, roomID, secret);
  const said = {
    id: 1,
    clientID: "bobs",
    name: "createMessage",
    args: { id: "said", content: "I was here" },
    timestamp: 1,
  };
  await bob.push(space, "bobs-group", [said]);
  const stream = await listen(bob, space);

  const member = `/api/rooms/${roomID}/members/${bob.userID}`;
  assertEquals(await remove(ada, member), 204);
  const rest = await Array.fromAsync(stream);
  assertEquals(rest.at(-1), { event: "gone", data: { space } });
  assertEquals((await bob.pull(space, "bobs-group")).status, 404);
  assertEquals((await bob.push(space, "bobs-group", [said])).status, 404);
  const own = await bob.pull(`user:${bob.userID}`, "bobs-own");
  const keys = own.body.patch.map(({ key }: { key: string }) => key);
  assert(!keys.includes(`membership/${roomID}`), keys.join());
  const { body } = await ada.pull(space, "adas-group");
  assert(JSON.stringify(body.patch).includes("I was here"));
  // What Bob was let in by may still be in his hands.
  assertEquals(await join(bob, roomID, secret), 404);
});

test("only the owner removes members, and an owner who leaves hands the room on (E5, T4, T13)", async () => {
  const [ada, bob, eve] = await Promise.all(
    ["Ada", "Bob", "Eve"].map((name) => app.signIn(name)),
  );
  const { roomID, space } = await makeRoom(ada, "public");
  const members = `/api/rooms/${roomID}/members`;
  await join(bob, roomID);
  assertEquals(await remove(bob, `${members}/${ada.userID}`), 403);
  assertEquals(await remove(eve, `${members}/${ada.userID}`), 403);
  assertEquals(await remove(ada, `${members}/${eve.userID}`), 404);
  assertEquals(await remove(ada, `${members}/%20`), 404);
  await join(eve, roomID);
  assertEquals(await remove(ada, `${members}/me`), 204);
  assertEquals(await rolesIn(eve, space), { Bob: "owner", Eve: "member" });
  assertEquals(await remove(bob, `${members}/${eve.userID}`), 204);
  assertEquals(await rolesIn(bob, space), { Bob: "owner" });
});

test("the owner closes a room: it leaves the directory, and the streams of who is no member end (E7)", async () => {
  const [ada, bob, eve] = await Promise.all(
    ["Ada", "Bob", "Eve"].map((name) => app.signIn(name)),
  );
  const { roomID, space } = await makeRoom(ada, "public");
  await join(bob, roomID);
  const set = async (person: Person, body: unknown) =>
    (await person.ask(`/api/rooms/${roomID}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    })).status;
  const listed = async () => {
    const { body } = await eve.pull("directory", crypto.randomUUID());
    return body.patch.some(({ key }: { key?: string }) =>
      key === `listing/${roomID}`
    );
  };
  const renamed = {
    id: 1,
    clientID: "adas",
    name: "updateRoom",
    timestamp: 1,
    args: { name: "Den", topic: "Warm" },
  };
  await ada.push(space, crypto.randomUUID(), [renamed]);
  assertEquals(await set(bob, { visibility: "private" }), 403);
  assertEquals(await set(eve, { visibility: "private" }), 403);
  assertEquals(await set(ada, { visibility: "secret" }), 400);
  assertEquals(await set(ada, {}), 400);
  assert(await listed());

  const stays = await listen(bob, space);
  const ends = await listen(eve, space);
  assertEquals(await set(ada, { visibility: "private" }), 204);
  const rest = await Array.fromAsync(ends);
  assertEquals(rest.at(-1), { event: "gone", data: { space } });
  assertEquals((await stays.next()).value?.event, "poke");
  await stays.return(undefined);
  assertEquals((await eve.pull(space, "eves")).status, 404);
  assertEquals(await join(eve, roomID), 404);
  assertEquals(await set(eve, { visibility: "public" }), 404);
  assert(!await listed());

  assertEquals(await set(ada, { visibility: "public" }), 204);
  assertEquals(await join(eve, roomID), 204);
  const { body } = await eve.pull("directory", crypto.randomUUID());
  const listing = body.patch.find(({ key = "" }) =>
    key === `listing/${roomID}`
  );
  assertEquals([listing.value.name, listing.value.topic], ["Den", "Warm"]);
});

test("who takes another name has it in their rooms as well, and what they wrote keeps the old one (E2, E6)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = await makeRoom(ada, "public");
  await join(bob, roomID);
  const said = {
    id: 1,
    clientID: "bobs",
    name: "createMessage",
    timestamp: 1,
    args: { id: "said", content: "Hello" },
  };
  await bob.push(space, crypto.randomUUID(), [said]);
  await bob.post("/api/session", { name: "Robert" });
  assertEquals(await rolesIn(ada, space), { Ada: "owner", Robert: "member" });
  const form = { do: "name", name: "Rob" };
  const body = new URLSearchParams(form);
  await bob.ask("/settings", { method: "POST", body });
  assertEquals(await rolesIn(ada, space), { Ada: "owner", Rob: "member" });
  const view = (await ada.pull(space, crypto.randomUUID())).body.patch;
  const message = view.find(({ key = "" }) => key === "message/said");
  assertEquals(message.value.from, "Bob");
});

test("the last to leave a private room leaves no invitation behind (E8)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID } = await makeRoom(ada, "private");
  const { secret } = await invite(ada, roomID);
  assertEquals(await remove(ada, `/api/rooms/${roomID}/members/me`), 204);
  assertEquals(await join(bob, roomID, secret), 404);
});

test("typing reaches the room's streams, ends by itself, and is never in the log (T16)", async () => {
  const [ada, bob, eve] = await Promise.all(
    ["Ada", "Bob", "Eve"].map((name) => app.signIn(name)),
  );
  const { roomID, space } = await makeRoom(ada, "public");
  await join(bob, roomID);
  const typing = async (person: Person, where: string, typing: unknown) =>
    (await person.post(`/api/typing?space=${where}`, { typing })).status;
  assertEquals(await typing(eve, space, true), 403);
  assertEquals(await typing(eve, "room:nowhere", true), 404);
  assertEquals(await typing(eve, `user:${ada.userID}`, true), 404);
  assertEquals(await typing(bob, "directory", true), 403);
  assertEquals(await typing(bob, space, "yes"), 400);

  const before = await app.kv.get(["version", space]);
  const stream = await listen(ada, space);
  const data = { space, userID: bob.userID };
  const event = (typing: boolean) => ({
    event: "typing",
    data: { ...data, typing },
  });
  assertEquals(await typing(bob, space, true), 204);
  assertEquals((await stream.next()).value, event(true));
  assertEquals(await typing(bob, space, false), 204);
  assertEquals((await stream.next()).value, event(false));
  assertEquals(await typing(bob, space, true), 204);
  assertEquals((await stream.next()).value, event(true));
  // As after 8 s of silence: what the key says is over.
  await app.kv.delete(["presence", space, bob.userID]);
  await app.kv.set(["pulse", "presence"], 0);
  assertEquals((await stream.next()).value, event(false));
  await stream.return(undefined);
  const after = await app.kv.get(["version", space]);
  assertEquals(after.versionstamp, before.versionstamp);
});

test("who is in five hundred rooms makes and joins no other until they leave one (E5, T13)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const mine = await makeRoom(ada, "public");
  const { roomID } = await makeRoom(bob, "public");
  const elsewhere = new Sync(app.kv, chatDomain);
  for (let from = 1; from < 499; from += 100) { // beside that one and General
    await elsewhere.write([userSpace(ada.userID)], async (own) => {
      for (let i = from; i < Math.min(from + 100, 499); i++) {
        const membership = { roomID: `r${i}`, name: `Room ${i}`, joinedAt: 0 };
        await own.set(`membership/r${i}`, membership);
      }
    });
  }
  const room = { name: "One more", visibility: "private" };
  for (
    const { status, body } of [
      await ada.post("/api/rooms", room),
      await ada.post(`/api/rooms/${roomID}/members`, {}),
    ]
  ) {
    assertEquals(status, 403);
    assertEquals(
      body.message,
      "You are in 500 rooms. Leave one of them first.",
    );
  }
  assertEquals(await remove(ada, `/api/rooms/${mine.roomID}/members/me`), 204);
  assertEquals(await join(ada, roomID), 204);
});

test("who joins is in both spaces, and who leaves or is removed in neither, until they join again (E5, T13)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = await makeRoom(ada, "public");
  const entries = async () => {
    const { body } = await bob.pull(userSpace(bob.userID), crypto.randomUUID());
    return [
      "Bob" in await rolesIn(ada, space),
      ...["membership", "left"].map((kind) =>
        body.patch.some(({ key = "" }) => key === `${kind}/${roomID}`)
      ),
    ];
  };
  const members = `/api/rooms/${roomID}/members`;
  for (const [out, by] of [["me", bob], [bob.userID, ada]] as const) {
    assertEquals(await join(bob, roomID), 204);
    assertEquals(await entries(), [true, true, false]);
    assertEquals(await remove(by, `${members}/${out}`), 204);
    assertEquals(await entries(), [false, false, true]);
  }
});

test("what a person has set for a room goes when they leave or are removed, and is not set from outside (M12)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID } = await makeRoom(ada, "public");
  const writer = new Writer(bob);
  const set = () =>
    writer.push(
      [["setRoomSettings", { roomID, notify: "muted" }]],
      userSpace(bob.userID),
    );
  const isSet = async () => {
    const { body } = await bob.pull(userSpace(bob.userID), crypto.randomUUID());
    return body.patch.some(({ key = "" }) => key === `settings/${roomID}`);
  };
  const members = `/api/rooms/${roomID}/members`;
  for (const [out, by] of [["me", bob], [bob.userID, ada]] as const) {
    assertEquals(await join(bob, roomID), 204);
    await set();
    assertEquals(await isSet(), true);
    assertEquals(await remove(by, `${members}/${out}`), 204);
    assertEquals(await isSet(), false);
    await set();
    assertEquals(await isSet(), false);
  }
});
