// Forms that are sent twice, as by a double click.
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { APP } from "../support/app.ts";

/** The ID of the form on a page that does this, or of the first. */
async function formOn(person: Person, path: string): Promise<string> {
  const { body } = await person.get(path);
  return body.match(/name="form" value="([^"]+)"/)![1];
}

const post = (person: Person, path: string, fields: Record<string, string>) =>
  person.ask(path, { method: "POST", body: new URLSearchParams(fields) });

const visitor = () => new Person(APP, "", app.send);

test("a form for a room that is sent twice makes one room (T22)", async () => {
  const ada = await app.signIn("Ada");
  const form = await formOn(ada, "/new");
  const fields = { name: "Nest", visibility: "private", form };
  const twice = await Promise.all([
    post(ada, "/new", fields),
    post(ada, "/new", fields),
  ]);
  const [first, second] = twice.map(({ headers }) => headers.get("location"));
  assertMatch(first!, /^\/rooms\//);
  assertEquals(second, first);
  const { rooms } = (await ada.get("/api/rooms?q=nest")).body;
  assertEquals(rooms.length, 1);

  // Typed differently, or by another person, it is another room.
  const other = await post(ada, "/new", { ...fields, name: "Nest 2" });
  assertNotEquals(other.headers.get("location"), first);
  const bob = await app.signIn("Bob");
  const his = await post(bob, "/new", fields);
  assertNotEquals(his.headers.get("location"), first);
});

test("a form that was refused can be sent again, and one without an ID is taken each time (T22)", async () => {
  const ada = await app.signIn("Ada");
  const form = await formOn(ada, "/new");
  for (let i = 0; i < 2; i++) {
    const refused = await post(ada, "/new", { name: " ", form });
    assertEquals(refused.status, 400);
  }
  const fields = { name: "Attic", visibility: "private" };
  for (let i = 0; i < 2; i++) await post(ada, "/new", fields);
  for (let i = 0; i < 2; i++) await post(ada, "/new", { ...fields, form: "x" });
  const { rooms } = (await ada.get("/api/rooms?q=attic")).body;
  assertEquals(rooms.length, 4);
});

test("a form for an invitation that is sent twice makes one (T22)", async () => {
  const ada = await app.signIn("Ada");
  const cellar = { name: "Cellar", visibility: "private" };
  const { roomID } = (await ada.post("/api/rooms", cellar)).body;
  const people = `/rooms/${roomID}/people`;
  const form = await formOn(ada, people);
  const fields = { do: "invite", form };
  const [first, second] = await Promise.all([
    post(ada, people, fields),
    post(ada, people, fields),
  ]);
  const link = (body: string) => body.match(/\/invite\/[\w/-]+/)![0];
  assertEquals(link(second.body), link(first.body));
  const withdrawals = (await ada.get(people)).body.match(/value="withdraw"/g);
  assertEquals(withdrawals.length, 1);
});

test("a form that signs in and is sent twice makes one account (T22)", async () => {
  const form = await formOn(visitor(), "/signin");
  const signIn = (name: string) =>
    post(visitor(), "/signin", { name, form }).then(async ({ headers }) => {
      const person = visitor();
      person.cookie = headers.get("set-cookie")!.split(";")[0];
      return (await person.get("/api/session")).body;
    });
  const [first, second] = await Promise.all([signIn("Eve"), signIn("Eve")]);
  assertEquals(first.name, "Eve");
  assertEquals(second, first);
  assertNotEquals((await signIn("Mallory")).userID, first.userID);
});
