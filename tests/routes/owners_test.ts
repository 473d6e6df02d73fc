// Owners of a room over HTTP: there may be several, and there is one for as long as the last one stays.
import { assertEquals, assertMatch } from "@std/assert";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { Writer } from "../support/writer.ts";

/** Ada's public room, with Bob and Carol in it. */
async function meet() {
  const [ada, bob, carol] = await Promise.all(
    ["Ada", "Bob", "Carol"].map((name) => app.signIn(name)),
  );
  const { body } = await ada.post("/api/rooms", { name: "Nest" });
  const { roomID, space } = body as { roomID: string; space: string };
  const members = `/api/rooms/${roomID}/members`;
  for (const person of [bob, carol]) await person.post(members, {});
  const ask = (by: Person, method: string, path: string, body = {}) =>
    by.ask(path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const make = (by: Person, whom: Person, role: string) =>
    ask(by, "PATCH", `${members}/${whom.userID}`, { role });
  const owners = async () => {
    const { body } = await carol.pull(space, crypto.randomUUID());
    return body.patch.filter(({ key = "" }) => key.startsWith("member/"))
      .map(({ value }: { value: { name: string; role: string } }) => value)
      .filter(({ role }: { role: string }) => role === "owner")
      .map(({ name }: { name: string }) => name).sort();
  };
  return { ada, bob, carol, roomID, space, members, ask, make, owners };
}

test("an owner makes a member an owner and back, and the last one can't stop being one (T30)", async () => {
  const { ada, bob, carol, make, owners } = await meet();
  assertEquals((await make(bob, bob, "owner")).status, 403);
  const last = await make(ada, ada, "member");
  assertEquals([last.status, last.body.error], [403, "not-allowed"]);
  assertMatch(last.body.message, /no other owner/);

  assertEquals((await make(ada, bob, "owner")).status, 204);
  assertEquals((await make(ada, bob, "owner")).status, 204); // twice is once
  assertEquals(await owners(), ["Ada", "Bob"]);
  assertEquals((await make(bob, carol, "owner")).status, 204);
  assertEquals((await make(bob, ada, "member")).status, 204);
  assertEquals((await make(ada, ada, "owner")).status, 403);
  assertEquals((await make(carol, carol, "member")).status, 204);
  assertEquals(await owners(), ["Bob"]);
});

test("a role that there is not is 400, and who is no member 404 (T30)", async () => {
  const { ada, bob, make, ask, members } = await meet();
  for (const role of ["admin", "", "constructor"]) {
    assertEquals((await make(ada, bob, role)).status, 400);
  }
  const eve = await app.signIn("Eve");
  for (const whom of [eve.userID, "constructor", "x".repeat(65), "~"]) {
    const path = `${members}/${whom}`;
    const answer = await ask(ada, "PATCH", path, { role: "owner" });
    assertEquals(answer.status, 404, whom);
  }
});

test("each owner does what the first one does: the room, its messages, its members (T30, M4)", async () => {
  const { ada, bob, carol, roomID, space, members, ask, make } = await meet();
  await make(ada, bob, "owner");
  const id = "carols";
  const [ofBob, ofCarol] = [new Writer(bob), new Writer(carol)];
  await ofCarol.push([["createMessage", { id, content: "Spam" }]], space);
  await ofBob.push([
    ["deleteMessage", { id }],
    ["updateRoom", { topic: "Bob's, too" }],
  ], space);
  const { body } = await ada.pull(space, crypto.randomUUID());
  const value = (key: string) =>
    body.patch.find((each: { key?: string }) => each.key === key)?.value;
  assertEquals(value(`message/${id}`), undefined);
  assertEquals(value("room").topic, "Bob's, too");
  const change = { visibility: "private" };
  assertEquals(
    (await ask(bob, "PATCH", `/api/rooms/${roomID}`, change)).status,
    204,
  );
  const path = (whom: Person) => `${members}/${whom.userID}`;
  assertEquals((await ask(bob, "DELETE", path(carol))).status, 204);
  assertEquals((await ask(bob, "DELETE", path(ada))).status, 204);
});

test("only the last owner who leaves hands the room to the member who joined first (T30, E5, T13)", async () => {
  const { ada, bob, carol, members, ask, make, owners } = await meet();
  await make(ada, carol, "owner");
  const leave = (person: Person) => ask(person, "DELETE", `${members}/me`);
  assertEquals((await leave(ada)).status, 204);
  assertEquals(await owners(), ["Carol"]);
  await make(carol, bob, "owner");
  await make(bob, carol, "member");
  assertEquals((await leave(bob)).status, 204);
  assertEquals(await owners(), ["Carol"]);
});

test("of two owners who make each other members at once one stays an owner (T30)", async () => {
  const { ada, bob, make, owners } = await meet();
  await make(ada, bob, "owner");
  const answers = await Promise.all([
    make(ada, bob, "member"),
    make(bob, ada, "member"),
  ]);
  assertEquals(answers.map(({ status }) => status).sort(), [204, 403]);
  assertEquals((await owners()).length, 1);
});
