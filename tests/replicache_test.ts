// Real Replicache clients against the served app: what one writes, all see.
import { assertEquals } from "@std/assert";
import { serverRoomMutators } from "../lib/chat/server_mutators.ts";
import { messagesIn } from "../lib/chat/queries.ts";
import type { Message } from "../lib/chat/schema.ts";
import { permitted } from "./support/permitted.ts";
import { Person } from "./support/person.ts";
import { openReplicant } from "./support/replicache.ts";
import { startServer } from "./support/server.ts";

const GENERAL = "room:general";

Deno.test({
  name:
    "three real clients that write at once end with the same messages in the same order",
  ignore: !permitted, // Replicache reads the environment, and the app is served
  // Replicache keeps timers of its own for some time after it was closed.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = await startServer();
    const people = await Promise.all(
      ["Ada", "Bob", "Cleo"].map((name) => Person.signIn(server.url, name)),
    );
    const clients = await Promise.all(people.map(async (person) => {
      await person.post("/api/rooms/general/members", {});
      const { userID } = person;
      const mutators = serverRoomMutators({ userID, now: Date.now });
      return await openReplicant(person, GENERAL, mutators);
    }));
    await Promise.all(
      clients.map(({ until }, i) =>
        until((tx) => tx.has(`member/${people[i].userID}`), (is) => is)
      ),
    );

    const MUTATIONS_PER_CLIENT = 20;
    await Promise.all(clients.map(async ({ rep }, i) => {
      for (let n = 0; n < MUTATIONS_PER_CLIENT; n++) {
        await rep.mutate.createMessage({
          id: `${i}-${n}`,
          content: `${people[i].name} says ${n}`,
        });
      }
    }));
    const all = await Promise.all(
      clients.map(({ until }) =>
        until(
          messagesIn,
          (messages) =>
            messages.length === clients.length * MUTATIONS_PER_CLIENT &&
            messages.every(({ pending }) => !pending),
        )
      ),
    );
    const [first, ...others] = all;
    for (const other of others) assertEquals(other, first);
    assertEquals(first.map(({ seq }) => seq), first.map((_, i) => i + 1));
    people.forEach(({ userID, name }, i) => {
      const own = first.filter((message) => message.authorID === userID);
      const said = own.map(({ content }) => content);
      assertEquals(
        said,
        said.map((_, n) => `${name} says ${n}`),
        `client ${i}`,
      );
    });
    for (const { close } of clients) await close();
  },
});

Deno.test({
  name: "the tutorial's own args are taken, and its author is not believed",
  ignore: !permitted, // Replicache reads the environment, and the app is served
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = await startServer();
    const ada = await Person.signIn(server.url, "Ada");
    await ada.post("/api/rooms/general/members", {});
    const { userID } = ada;
    const mutators = serverRoomMutators({ userID, now: Date.now });
    const client = await openReplicant(ada, GENERAL, mutators);
    await client.until((tx) => tx.has(`member/${userID}`), (is) => is);
    const args = { id: "t1", from: "Mallory", content: "hello", order: 7 };
    await client.rep.mutate.createMessage(args);
    const sent = (messages: Message[]) =>
      messages.some(({ pending }) => !pending);
    const [message] = await client.until(messagesIn, sent);
    assertEquals([message.from, message.authorID, message.seq], [
      "Ada",
      userID,
      1,
    ]);
    await client.close();
  },
});
