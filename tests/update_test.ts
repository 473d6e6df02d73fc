// The store of an earlier release, served by today's server: all that is in it is still good for what it was made for.
import { assert, assertEquals } from "@std/assert";
import type { Message } from "../lib/chat/schema.ts";
import { Sync } from "../lib/sync/mod.ts";
import { chatDomain } from "../lib/web/chat/domain.ts";
import { Person } from "./support/person.ts";
import { releases, ServedRelease } from "./support/recorded_release.ts";

const DAY = 86_400_000; // ms

for (const name of releases) {
  Deno.test(`Sessions, rooms, a sign-in link and an invitation of ${name} hold`, async () => {
    await using release = await ServedRelease.serve(name);
    const { url, recording: { nest, invitation, signInLink } } = release;
    const { ada, bob } = release.people();
    const { body: session } = await ada.get("/api/session");
    assertEquals(session, { userID: ada.userID, name: "Ada" });
    const { body } = await bob.get("/api/rooms");
    type Listed = { name: string; visibility: string; readSeq: number };
    const rooms = new Map<string, Listed>(
      body.rooms.map((room: Listed) => [room.name, room]),
    );
    assertEquals([...rooms.keys()].sort(), ["Engines", "General", "Nest"]);
    assertEquals(rooms.get("Engines")!.readSeq, 3);
    assertEquals(rooms.get("Nest")!.visibility, "private");

    const onPhone = new Person(url);
    const { headers } = await onPhone.ask(signInLink, { method: "POST" });
    onPhone.cookie = headers.get("set-cookie")!.split(";")[0];
    assertEquals((await onPhone.get("/api/session")).body, session);
    const carol = await Person.signIn(url, "Carol");
    assertEquals((await carol.pull(nest.space, "c")).status, 404);
    const { status } = await carol.post(`/api/rooms/${nest.roomID}/members`, {
      invite: invitation.split("/").at(-1),
    });
    assertEquals(status, 204);
    const [secret] = await messagesFor(carol, nest.space);
    assertEquals(secret.content, "Between us");
  });

  Deno.test(`Rooms and people of ${name} are renamed, and an account is deleted`, async () => {
    await using release = await ServedRelease.serve(name);
    const { engines, nest } = release.recording;
    const { ada, bob } = release.people();
    await ada.post("/api/session", { name: "Ada Lovelace" });
    const { status } = await ada.push(engines.space, crypto.randomUUID(), [{
      clientID: crypto.randomUUID(),
      id: 1,
      name: "updateRoom",
      args: { name: "Locomotives" },
      timestamp: 1,
    }]);
    assertEquals(status, 200);
    const entries = await entriesFor(bob, engines.space);
    const valueOf = (key: string) =>
      entries.find((entry) => entry.key === key)?.value;
    assertEquals(valueOf("room")!.name, "Locomotives");
    assertEquals(valueOf(`member/${ada.userID}`)!.name, "Ada Lovelace");

    const deleted = await ada.ask("/api/account", {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Ada Lovelace" }),
    });
    assertEquals(deleted.status, 204);
    assertEquals((await ada.get("/api/session")).status, 401);
    // What is left to do of it goes on after the answer.
    const isNamedIn = async (space: string) =>
      (await entriesFor(bob, space)).some(({ key, value }) =>
        key === `member/${ada.userID}` || value.from === "Ada"
      );
    while (await isNamedIn(engines.space) || await isNamedIn(nest.space));
    const messages = await messagesFor(bob, engines.space);
    assert(messages.some(({ content }) => content === "Hello"));
  });

  Deno.test(`Housekeeping removes what is old of ${name}, and nothing else`, async () => {
    const countOf = async (kv: Deno.Kv, prefix: string) =>
      (await Array.fromAsync(kv.list({ prefix: [prefix] }))).length;
    await using release = await ServedRelease.serve(
      name,
      async ({ madeAt }, store) => {
        using kv = await Deno.openKv(store);
        const before = await countOf(kv, "entry");
        assert(await countOf(kv, "group") > 0);
        const sync = new Sync(kv, chatDomain);
        await sync.housekeep(madeAt + 40 * DAY);
        sync.close();
        assertEquals(await countOf(kv, "entry"), before);
        assertEquals(await countOf(kv, "group"), 0);
        assertEquals(await countOf(kv, "client"), 0);
      },
    );
    const { engines } = release.recording;
    const { bob } = release.people();
    const messages = await messagesFor(bob, engines.space);
    assertEquals(messages.length, 5);
    const reply = messages.find(({ id }) => id === "answer")!;
    assertEquals(reply.replyTo, "question");
  });
}

type Entry = { key: string; value: Record<string, unknown> };

/** What a first pull of a space brings. */
async function entriesFor(person: Person, space: string): Promise<Entry[]> {
  const { status, body } = await person.pull(space, crypto.randomUUID());
  assertEquals(status, 200);
  return body.patch.filter(({ op }: { op: string }) => op === "put");
}

async function messagesFor(person: Person, space: string): Promise<Message[]> {
  const entries = await entriesFor(person, space);
  return entries.filter(({ key }) => key.startsWith("message/"))
    .map(({ value }) => value as unknown as Message);
}
