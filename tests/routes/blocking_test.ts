// Blocking over HTTP: what the server tells a person of those whom they have blocked, and those of it.
import { assert, assertEquals } from "@std/assert";
import type { RoomSummary } from "../../lib/chat/views.ts";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { Writer } from "../support/writer.ts";

/** Ada's public room with Bob in it. */
async function meet() {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { body } = await ada.post("/api/rooms", { name: "Nest" });
  const { roomID, space } = body as { roomID: string; space: string };
  await bob.post(`/api/rooms/${roomID}/members`, {});
  const own = `user:${ada.userID}`;
  const adas = new Writer(ada);
  const block = () =>
    adas.push([["blockPerson", { id: bob.userID, name: "Bob" }]], own);
  const unblock = () => adas.push([["unblockPerson", { id: bob.userID }]], own);
  const listed = async (): Promise<RoomSummary> =>
    (await ada.get("/api/rooms")).body.rooms
      .find((room: RoomSummary) => room.roomID === roomID);
  const blocked = async () => {
    const { body } = await ada.pull(own, crypto.randomUUID());
    return body.patch.find(({ key = "" }) => key === "blocked")?.value;
  };
  return { ada, bob, roomID, space, own, block, unblock, listed, blocked };
}

const post = (person: Person, path: string, form: Record<string, string>) =>
  person.ask(path, { method: "POST", body: new URLSearchParams(form) });

test("messages of who is blocked are neither unread nor mention anybody, and the last one is told without name and text (T33, T27)", async () => {
  const { ada, bob, space, block, unblock, listed } = await meet();
  await new Writer(bob).write("@Ada, look!", space);
  const before = await listed();
  assertEquals([before.unread, before.mention], [1, true]);
  await block();
  const { unread, mention, last, lastAt } = await listed();
  assertEquals([unread, mention], [0, false]);
  assertEquals([last!.from, last!.content], ["", ""]);
  assertEquals(lastAt, before.lastAt);
  const lobby = (await ada.get(`/?q=${before.name}`)).body;
  assert(!lobby.includes("@Ada, look!"));
  assert(lobby.includes("Message of someone you blocked"));
  await unblock();
  assertEquals(await listed(), before);
});

test("the room's page folds messages of who is blocked, and answers to them say nothing of them (A18)", async () => {
  const { ada, bob, roomID, space, block } = await meet();
  const id = "bobs";
  await new Writer(bob).push([
    ["createMessage", { id, content: "Words of Bob" }],
  ], space);
  await new Writer(ada).push([
    ["createMessage", { id: "mine", content: "An answer", replyTo: id }],
  ], space);
  const log = async () => {
    const { body } = await ada.get(`/rooms/${roomID}`);
    return body.slice(
      body.indexOf('role="log"'),
      body.indexOf('class="composer"'),
    );
  };
  assert((await log()).includes("Words of Bob"));
  await block();
  const folded = await log();
  assert(!folded.includes("Words of Bob"), folded);
  assert(folded.includes("Message of someone you blocked"));
  assert(folded.includes("An answer"));
});

test("one blocks and unblocks by a form as well, in the list of people and in the settings (A19)", async () => {
  const { ada, bob, roomID, blocked } = await meet();
  const people = `/rooms/${roomID}/people`;
  const person = { id: bob.userID, name: "Bob" };
  assert(!(await ada.get("/settings")).body.includes("have blocked"));
  assertEquals(
    (await post(ada, people, { do: "block", ...person })).status,
    303,
  );
  assertEquals(await blocked(), [person]);
  assert((await ada.get(people)).body.includes("Unblock"));
  assert((await ada.get("/settings")).body.includes("have blocked"));
  await post(ada, "/settings", { do: "unblock", id: bob.userID });
  assertEquals(await blocked(), []);
  assertEquals(
    (await post(ada, people, { do: "block", ...person })).status,
    303,
  );
  await post(ada, people, { do: "unblock", id: bob.userID });
  assertEquals(await blocked(), []);
});

test("who is blocked is told nothing of it, and goes on as before (M11)", async () => {
  const { ada, bob, roomID, space, block } = await meet();
  const seen = async () => {
    const view = await bob.pull(space, crypto.randomUUID());
    const own = await bob.pull(`user:${bob.userID}`, crypto.randomUUID());
    const rooms = await bob.get("/api/rooms");
    return [view.body.patch, own.body.patch, rooms.body];
  };
  const before = await seen();
  await block();
  assertEquals(await seen(), before);
  const people = await bob.get(`/rooms/${roomID}/people`);
  assertEquals(people.status, 200);
  await new Writer(bob).write("As before", space);
  const { body } = await ada.pull(space, crypto.randomUUID());
  assert(JSON.stringify(body).includes("As before"));
});
