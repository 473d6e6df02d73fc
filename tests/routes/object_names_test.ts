// Names that every plain object answers to, as IDs and names of all kinds: they are names like any other.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { OBJECT_NAMES } from "../support/object_names.ts";
import { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";

type Call = [name: string, args: unknown];

/** Mutations of one client, which is new and whose group is, too, unless they are named. */
async function push(
  person: Person,
  space: string,
  calls: Call[],
  { clientID = "c", groupID = crypto.randomUUID() as string } = {},
) {
  const mutations = calls.map(([name, args], i) => ({
    id: i + 1,
    clientID,
    name,
    args,
    timestamp: 1,
  }));
  const { status, body } = await person.push(space, groupID, mutations);
  assertEquals([status, body], [200, {}]);
  return (await person.pull(space, groupID)).body;
}

// deno-lint-ignore no-explicit-any -- entries of every shape
type Entries = Map<string, any>;

const entriesIn = (
  { patch }: { patch: { key: string; value: unknown }[] },
): Entries => new Map(patch.map(({ key, value }) => [key, value]));

async function newRoom(person: Person, name: string) {
  const { body } = await person.post("/api/rooms", { name });
  return body as { roomID: string; space: string };
}

test("messages, clients and client groups have the names of prototypes, and nobody notices (L3, P1)", async () => {
  const ada = await app.signIn("Ada");
  const { roomID, space } = await newRoom(ada, "Names");
  for (const id of OBJECT_NAMES) {
    const calls: Call[] = [
      ["createMessage", { id, content: "**bold**" }],
      ["editMessage", { id, content: `**bold** of ${id}` }],
      ["setReaction", { id, emoji: "👍", on: true }],
      ["setReaction", { id, emoji: id, on: true }],
      ["setReaction", { id, emoji: id, on: false }],
      [id, { id }],
    ];
    const body = await push(ada, space, calls, { clientID: id, groupID: id });
    assertEquals(Object.entries(body.lastMutationIDChanges), [[id, 6]]);
    const entries = entriesIn(body);
    const { content, reactions } = entries.get(`message/${id}`);
    assertEquals(content, `**bold** of ${id}`);
    assertEquals(reactions, { "👍": [ada.userID] });
    const codes = [4, 5, 6].map((n) =>
      entries.get(`rejection/${id}/${n}`)?.code
    );
    assertEquals(codes, ["bad-args", undefined, "unknown-mutator"]);
  }
  // What a group that is lost is told comes out of another place.
  for (const id of OBJECT_NAMES) {
    const gap = {
      ...{ id: 9, clientID: id, name: "createMessage", timestamp: 1 },
      args: { id: "late", content: "x" },
    };
    const { body } = await ada.push(space, id, [gap]);
    assertEquals(body.error, "ClientStateNotFound");
    assertEquals(Object.entries(body.lastMutationIDs), [[id, 6]]);
  }
  const { status, body: page } = await ada.get(`/rooms/${roomID}`);
  assertEquals(status, 200);
  for (const id of OBJECT_NAMES) {
    assertStringIncludes(page, `<strong>bold</strong> of ${id}`);
  }
});

test("rooms that nobody made, and spaces that are none, may be called so (T5)", async () => {
  const ada = await app.signIn("Ada");
  for (const name of OBJECT_NAMES) {
    const space = `user:${ada.userID}`;
    const entries = entriesIn(
      await push(ada, space, [
        ["setDraft", { roomID: name, content: `To ${name}` }],
        ["markRead", { roomID: name, seq: 1 }],
      ]),
    );
    assertEquals(entries.get(`draft/${name}`), { content: `To ${name}` });
    const room = { name: "createMessage", args: { id: "m", content: "x" } };
    const mutations = [{ ...room, id: 1, clientID: "c", timestamp: 1 }];
    for (const space of [name, `room:${name}`, `user:${name}`]) {
      const asked = await Promise.all([
        ada.push(space, crypto.randomUUID(), mutations),
        ada.pull(space, crypto.randomUUID()),
        ada.get(`/api/replicache/poke?space=${space}`),
        ada.post(`/api/typing?space=${space}`, { typing: true }),
      ]);
      assertEquals(asked.map(({ status }) => status), [404, 404, 404, 404]);
    }
    const answers = await Promise.all([
      ada.get(`/rooms/${name}`),
      ada.get(`/api/${name}`),
      ada.get(`/${name}`),
      ada.get(`/link/${name}`),
      ada.post(`/api/rooms/${name}/members`, { invite: name }),
      ada.ask(`/api/rooms/${name}/invites/${name}`, { method: "DELETE" }),
      ada.ask(`/api/rooms/general/members/${name}`, { method: "DELETE" }),
    ]);
    const statuses = answers.map(({ status }) => status);
    assertEquals(statuses, [404, 404, 404, 404, 404, 404, 403], name);
    const nobody = new Person(ada.url, "", ada.send);
    nobody.cookie = `${name}=${name}; kvetch_session=${name}`;
    const { status } = await nobody.get("/");
    assertEquals(status, 303, "a session that is none");
  }
});

test("people and rooms are called so, and are found and told apart (M6)", async () => {
  for (const name of OBJECT_NAMES) {
    const person = await app.signIn(name);
    const { roomID, space } = await newRoom(person, name);
    const entries = entriesIn(
      await push(person, space, [
        ["createMessage", { id: name, content: `@${name} **here**` }],
        ["updateRoom", { topic: name }],
      ]),
    );
    assertEquals(entries.get(`message/${name}`).from, name);
    assertEquals(entries.get("room").topic, name);
    const { status, body } = await person.get(`/rooms/${roomID}`);
    assertEquals(status, 200);
    assertStringIncludes(body, "<strong>here</strong>");
    for (const path of ["/", `/rooms/${roomID}/people`, "/settings"]) {
      assertEquals((await person.get(path)).status, 200, path);
    }
  }
});
