// Who is online in a room, and who is typing when one comes: told to the streams that ask for it, of every process.
import { assert, assertEquals } from "@std/assert";
import { eventsOf } from "../support/events.ts";
import type { Person } from "../support/person.ts";
import { PrivateRoom } from "../support/private_room.ts";
import { KvSignals } from "../../lib/web/live/kv_signals.ts";
import { Online } from "../../lib/web/live/online.ts";
import { app, appTest as test } from "../support/shared_app.ts";

async function open(person: Person, query: string) {
  const response = await person.fetch(`/api/replicache/poke?${query}`);
  return eventsOf(response.body!.getReader());
}

type Stream = Awaited<ReturnType<typeof open>>;

/** Reads on until these are online, as the stream says. */
async function untilOnline(stream: Stream, people: Person[]): Promise<void> {
  const wanted = people.map(({ userID }) => userID).sort().join();
  for await (const { event, data } of followed(stream)) {
    if (event !== "online") continue;
    const { userIDs, count } = data as unknown as {
      userIDs: string[];
      count: number;
    };
    assertEquals(userIDs.length, count);
    if (userIDs.sort().join() === wanted) return;
  }
  throw new Error("The stream has ended");
}

/** Its events, without ending it when one has read enough. */
async function* followed(stream: Stream) {
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return;
    yield value;
  }
}

test("whoever has a stream of a room open is online there, until it ends, and nobody else is told (T17)", async () => {
  const room = await PrivateRoom.make(app);
  const { owner, member, removed } = room.people;
  const here = `space=${room.space}`;
  const first = await open(owner, `${here}&online=1`);
  await untilOnline(first, [owner]);
  const second = await open(member, `${here}&online=1`);
  await untilOnline(second, [owner, member]);
  await untilOnline(first, [owner, member]);

  // One that may not read the room is neither told nor shown; nor who does not ask.
  const outside = await open(removed, `${here}&space=directory&online=1`);
  const silent = await open(room.mia, here);
  assertEquals((await silent.next()).value?.event, "poke");
  await second.return(undefined);
  await untilOnline(first, [owner]);
  await owner.post(`/api/typing?space=${room.space}`, { typing: true });
  assertEquals((await silent.next()).value?.event, "typing");
  await owner.post("/api/rooms", { name: "Other", visibility: "public" });
  const heard: string[] = [];
  while (heard.filter((event) => event === "poke").length < 2) {
    heard.push((await outside.next()).value!.event);
  }
  assertEquals(heard, ["gone", "poke", "poke"]);
  for (const stream of [first, silent, outside]) {
    await stream.return(undefined);
  }

  // Neither is in the log.
  const { body } = await owner.pull(room.space, crypto.randomUUID());
  assert(!JSON.stringify(body).includes("online"));
});

test("a stream that opens while somebody is typing is told at once (T16)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { body } = await ada.post("/api/rooms", {
    name: "Nest",
    visibility: "public",
  });
  const { roomID, space } = body;
  await bob.post(`/api/rooms/${roomID}/members`, {});
  const first = await open(ada, `space=${space}`);
  await first.next();
  await bob.post(`/api/typing?space=${space}`, { typing: true });
  const event = {
    event: "typing",
    data: { space, userID: bob.userID, typing: true },
  };
  assertEquals((await first.next()).value, event as never);
  const second = await open(ada, `space=${space}`);
  assertEquals((await second.next()).value?.event, "poke");
  assertEquals((await second.next()).value, event as never);
  for (const stream of [first, second]) await stream.return(undefined);
});

test("another process's people are online, and go when it dies without a word (T17)", async () => {
  const kv = await Deno.openKv(":memory:");
  const [here, there] = [new Online(kv, false), new Online(kv, false)];
  const signals = new KvSignals(
    kv,
    false,
    (name) => name === "online" ? here.refresh() : Promise.resolve(),
  );
  signals.start();
  const said: string[][] = [];
  const listener = (userID: string) => ({
    userID,
    tell: (_: string, body: unknown) =>
      void said.push([...(body as { userIDs: string[] }).userIDs].sort()),
  });
  const until = async (...people: string[]) => {
    while (said.at(-1)?.join() !== people.join()) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const [ada, bob] = [listener("ada"), { userID: "bob", tell: () => {} }];
  here.enter("room:r", ada);
  there.enter("room:r", bob);
  await until("ada", "bob");
  there.leave("room:r", bob);
  await until("ada");

  const dead = ["alive", "dead"];
  await kv.set(dead, Date.now() + 5_000);
  await kv.set(["online", "dead", "room:r"], ["eve"]);
  await until("ada", "eve"); // by its beat alone
  await until("ada");
  here.leave("room:r", ada);
  while ((await Array.fromAsync(kv.list({ prefix: ["online"] }))).length > 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  signals.stop();
  kv.close();
});
