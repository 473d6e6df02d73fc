// Requests that cost more than they seem to: refused before they are worked on, or counted by what they cost.
import { setImmediate } from "node:timers/promises";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseInTurns } from "../../lib/web/http/json_in_turns.ts";
import { permitted } from "../support/permitted.ts";
import { Person } from "../support/person.ts";
import { startServer } from "../support/server.ts";

const soaking = Boolean(Deno.env.get("SOAK"));
const FIELDS = soaking ? 700_000 : 400_000;

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !permitted, fn });

const mutation = (id: number, name: string, args: unknown) => ({
  id,
  clientID: "c",
  name,
  args,
  timestamp: 1,
});

test("a mutation of 400,000 fields is refused before it is parsed, and nothing is written (T7)", async () => {
  await using server = await startServer();
  const ada = await Person.signIn(server.url, "Ada");
  const fields = Array.from({ length: FIELDS }, (_, i) => [`k${i}`, 0]);
  const args = Object.fromEntries(fields);
  const { status, body } = await ada.push("room:general", "g", [
    mutation(1, "createMessage", args),
  ]);
  assertEquals([status, body.error], [400, "bad-request"]);
  const { body: pulled } = await ada.pull("room:general", "g");
  assertEquals(pulled.lastMutationIDChanges, {});
});

test("small mutations that write much are counted by what they write, and none is lost (T18, P14)", async () => {
  await using server = await startServer({ RATE_LIMITS: "on" });
  const ada = await Person.signIn(server.url, "Ada");
  await ada.post("/api/rooms/general/members", {});
  let id = 0;
  const messages = Array.from({ length: 50 }, (_, i) => `m${i}`);
  const content = "💬".repeat(4_000);
  const made = messages.map((message) =>
    mutation(++id, "createMessage", { id: message, content })
  );
  assertEquals((await ada.push("room:general", "g", made)).status, 200);
  let sent = 0;
  for (let on = true;; on = !on) {
    const reactions = messages.map((message) =>
      mutation(id + 1 + messages.indexOf(message), "setReaction", {
        id: message,
        emoji: "👍",
        on,
      })
    );
    const answer = await ada.push("room:general", "g", reactions);
    if (answer.status !== 200) {
      assertEquals(answer.status, 429);
      assertMatch(answer.headers.get("retry-after")!, /^[1-9]\d?$/);
      break;
    }
    id += messages.length;
    sent += JSON.stringify(reactions).length;
    assert(sent < 1024 * 1024, "1 MiB was taken that writes a hundred");
  }
  const { body } = await ada.pull("room:general", "g");
  assertEquals(body.lastMutationIDChanges, { c: id });
});

test("a push of very many fields lets others get their turn while it is parsed, again and again (T7)", async () => {
  const perMutation = 990;
  const count = Math.floor(FIELDS / perMutation / 2);
  const args = (i: number) =>
    Object.fromEntries(
      Array.from({ length: perMutation }, (_, j) => [`k${i}_${j}`, j]),
    );
  const text = JSON.stringify({
    mutations: Array.from(
      { length: count },
      (_, i) => mutation(i + 1, "createMessage", args(i)),
    ),
  });

  let turns = 0;
  let parsing = true;
  const others = (async () => {
    for (; parsing; turns++) await setImmediate();
  })();
  const parsed = await parseInTurns(text);
  parsing = false;
  await others;
  assertEquals(JSON.stringify(parsed), JSON.stringify(JSON.parse(text)));
  // 64 KiB or a mutation more are parsed in one.
  const least = Math.floor(text.length / (80 * 1024));
  assert(turns >= least, `${turns} turns for ${text.length} characters`);
});
