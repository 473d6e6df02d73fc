// Hooks in simulated processes that die: what was committed is told, in order, and what can't be told is shown.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHmac } from "node:crypto";
import type { Message } from "../../../../lib/chat/schema.ts";
import { roomSpace } from "../../../../lib/chat/spaces.ts";
import {
  type Bot,
  botsSpace,
  type Failure,
  type HookWants,
} from "../../../../lib/web/bots/bots.ts";
import { eventIn, isAddressedTo } from "../../../../lib/web/bots/hook_feed.ts";
import { FAULTS } from "../../../support/faulty_kv.ts";
import { NoticeWorld, ROOM, TAKEN } from "../../../support/notice_world.ts";
import { quiet } from "../../../support/quiet.ts";
import { chosenSeed, repeating, soaking } from "../../../support/seeds.ts";

const SEEDS = repeating ? 1 : soaking ? 3_000 : 100;
const HOUR = 3_600_000;

const BOT = `bot-${"0".repeat(48)}`;
const SECRET = "s".repeat(43);

/** The room has one bot, with these hooks. */
async function putHooks(it: NoticeWorld, ...wants: HookWants[]) {
  const hooks = wants.map((wants, i) => ({
    id: `h${i}`,
    url: `https://hook.test/${wants}`,
    secret: SECRET,
    wants,
    createdAt: 0,
  }));
  const bot: Bot = { id: BOT, name: "Robot", createdAt: 0, hooks };
  await it.surely(({ sync }) =>
    sync.write([botsSpace(ROOM)], (own) => own.set("bots", [bot]))
  );
}

async function change(
  it: NoticeWorld,
  id: string,
  to: (message: Message) => Message | undefined,
) {
  await it.surely(({ sync }) =>
    sync.write([roomSpace(ROOM)], async (there) => {
      const message = await there.get(`message/${id}`) as Message | undefined;
      const changed = message && to(message);
      if (changed) await there.set(`message/${id}`, changed);
      else await there.del(`message/${id}`);
    })
  );
}

/** An edit has a time of its own, though it be made again after a failure. */
const edit = (it: NoticeWorld, id: string, content: string) => {
  const editedAt = it.world.now;
  return change(it, id, (message) => ({ ...message, content, editedAt }));
};

const react = (it: NoticeWorld, id: string) =>
  change(it, id, (message) => ({ ...message, reactions: { "🦊": ["eve"] } }));

/** The IDs of what a hook has heard, each the first time. */
const heard = (it: NoticeWorld, wants: HookWants = "all"): string[] => [
  ...new Set(
    it.heard.filter(({ url }) => url.endsWith(wants))
      .map(({ body }) => JSON.parse(body).id as string),
  ),
];

const failures = async (it: NoticeWorld) => {
  const [found] = await it.surely(({ sync }) =>
    sync.get(botsSpace(ROOM), "failures")
  );
  return (found ?? []) as unknown as Failure[];
};

const live = (story: (it: NoticeWorld) => Promise<void>) =>
  NoticeWorld.live(chosenSeed(), async (it) => {
    await it.makeRoom(["Ada", "Bob"]);
    await story(it);
  });

Deno.test("A hook is told of messages that are new, edited and deleted, of no reaction, and of no bot's, in their order and signed (T113, T115)", () =>
  live(async (it) => {
    await putHooks(it, "all");
    await it.say("m1", "Hello", "ada", { replyTo: "m0" });
    await it.settle();
    await edit(it, "m1", "Hello, all");
    await it.settle();
    await react(it, "m1");
    await it.say("b1", "I am a bot", `bot-${"1".repeat(48)}`);
    await it.say("b2", "I am this bot", BOT);
    await it.say("m2", "Bye");
    await it.settle();
    await change(it, "m1", () => undefined);
    await it.settle();
    const bodies = it.heard.map(({ body }) => JSON.parse(body));
    assertEquals(bodies.map(({ event, message }) => [event, message.id]), [
      ["message.created", "m1"],
      ["message.edited", "m1"],
      ["message.created", "m2"],
      ["message.deleted", "m1"],
    ]);
    const [created, edited, , deleted] = bodies;
    const { createdAt, ...message } = created.message;
    assert(createdAt > 0);
    assertEquals({ ...created, message }, {
      id: "message.created-m1",
      event: "message.created",
      room: { id: ROOM, name: "Den" },
      message: {
        id: "m1",
        author: { id: "ada", name: "ada" },
        content: "Hello",
        replyTo: "m0",
      },
    });
    assertEquals(edited.message.content, "Hello, all");
    assertEquals(deleted.message, { id: "m1" });
    for (const { headers, body, at } of it.heard) {
      const signature = headers["x-kvetch-signature"];
      assertMatch(signature, /^t=\d+,v1=[0-9a-f]{64}$/);
      const [, t, v1] = signature.split(/[=,](?:v1=)?/);
      assert(Math.abs(Number(t) - at / 1_000) < 5);
      const own = createHmac("sha256", SECRET).update(`${t}.${body}`);
      assertEquals(v1, own.digest("hex"));
    }
  }));

Deno.test("A hook for what begins with the bot's name is told of that alone (T113)", () =>
  live(async (it) => {
    await putHooks(it, "addressed", "all");
    await it.say("m1", "Hello");
    await it.say("m2", "@robot, help");
    await it.say("m3", "Ask Robot");
    await it.settle();
    await edit(it, "m3", "Robot: help");
    await it.settle();
    await change(it, "m2", () => undefined);
    await it.settle();
    assertEquals(
      heard(it, "addressed").map((id) => id.replace(/-[\d.]+$/, "")),
      ["message.created-m2", "message.edited-m3"],
    );
    assertEquals(heard(it, "all").length, 5);
  }));

Deno.test("A text is addressed to a bot by its name as a word, whatever its case and accents (T113)", () => {
  for (
    const text of ["Robot", " robot, go", "@RÓBOT go", "robot\ngo", "Robot!"]
  ) {
    assert(isAddressedTo(text, "Robot"), text);
  }
  for (const text of ["", "Robots", "@robot_2", "the robot", "@@robot", "ro"]) {
    assert(!isAddressedTo(text, "Robot"), text);
  }
  assert(isAddressedTo("Straße 7", "strasse"));
});

Deno.test("What is older than a day is no news, and what was edited before a hook was there neither (T113)", () => {
  const now = 2 * 24 * HOUR;
  const value = { authorID: "ada", createdAt: 1 };
  assertEquals(eventIn({ key: "message/m", value }, now), undefined);
  const edited = { ...value, editedAt: now - 1 };
  const found = eventIn({ key: "message/m", value: edited, was: 1 }, now);
  assertEquals([found?.event, found?.at], ["message.edited", now - 1]);
  assertEquals(eventIn({ key: "member/m", value }, now), undefined);
});

Deno.test(
  "No message is lost to a hook, nor told out of its order, whenever processes die and storage and the address fail (T114)",
  async () => {
    using _ = quiet();
    const first = chosenSeed();
    for (let seed = first; seed < first + SEEDS; seed++) {
      await NoticeWorld.live(seed, async (it) => {
        const { random } = it.world;
        const what = `SEED=${seed}`;
        const rate = random.pick([0, 0.005, 0.02]);
        await it.makeRoom(["Ada", "Bob"]);
        await putHooks(it, "all");
        let failing = true;
        it.plan = () =>
          failing && random.chance(rate) ? random.pick(FAULTS) : undefined;
        const isDown = random.chance(0.5);
        it.hookAnswer = () =>
          failing && isDown && random.chance(0.3)
            ? random.pick([
              { status: 500, retryAfter: null },
              { status: 302, retryAfter: null },
              { status: 429, retryAfter: "2" },
              new Error("It does not answer."),
            ])
            : { status: 204, retryAfter: null };
        const created: string[] = [];
        const deleted: string[] = [];
        const edited: string[] = [];
        for (let n = 0; n < 10; n++) {
          const id = `m${n}`;
          await it.say(id, "Hello", random.pick(["ada", "bob"]));
          created.push(id);
          if (random.chance(0.3)) it.alive.process.die();
          await it.world.sleep(random.below(600));
          if (random.chance(0.3)) {
            await edit(it, id, "Edited");
            edited.push(id);
          }
          if (random.chance(0.2)) await react(it, random.pick(created));
          if (random.chance(0.2)) {
            const gone = random.pick(created);
            await change(it, gone, () => undefined);
            deleted.push(gone);
          }
        }
        failing = false;
        await it.settle();
        const ids = heard(it);
        const told = (event: string) =>
          ids.flatMap((id) =>
            id.startsWith(`${event}-`) ? id.slice(event.length + 1) : []
          );
        const lost = created.filter((id) =>
          !deleted.includes(id) && !told("message.created").includes(id)
        );
        assertEquals(lost, [], what);
        const inOrder = created.filter((id) =>
          told("message.created").includes(id)
        );
        assertEquals(told("message.created"), inOrder, what);
        for (const id of deleted) {
          assert(told("message.deleted").includes(id), `${id} ${what}`);
        }
        for (const id of edited) {
          if (deleted.includes(id)) continue;
          const of = told("message.edited").filter((each) =>
            each.startsWith(`${id}-`)
          );
          assertEquals(of.length, 1, `${id} ${what}`);
        }
        assertEquals(await failures(it), [], what);
        const left = await it.world.soon(() =>
          Array.fromAsync(it.kv.list({ prefix: ["hookEvent"] }))
        );
        assertEquals(left, [], what);
      });
    }
  },
);

Deno.test("Nothing is told twice, to a hook or a closed device, though another process has the store locked now and then (T83, T114)", async () => {
  using _ = quiet();
  const first = chosenSeed();
  for (let seed = first; seed < first + (repeating ? 1 : 20); seed++) {
    await NoticeWorld.live(seed, async (it) => {
      const { random } = it.world;
      await it.makeRoom(["Ada", "Bob"]);
      await putHooks(it, "all");
      await it.subscribe("ada");
      it.plan = ({ kind }) =>
        kind === "commit" && random.chance(0.3) ? "locked" : undefined;
      const ids = Array.from({ length: 10 }, (_, n) => `m${n}`);
      for (const id of ids) {
        await it.say(id, `@Ada, ${id}`, "bob");
        await it.world.sleep(random.below(400));
        if (random.chance(0.3)) await edit(it, id, "@Ada, edited");
        if (random.chance(0.3)) await react(it, id);
      }
      await it.settle();
      const what = `SEED=${seed}`;
      assertEquals(it.log, ids.map((id) => `ada: ${id}`), what);
      assertEquals(it.heard.length, heard(it).length, what);
    });
  }
});

Deno.test("What is a day old when a try fails is given up, and owners see it; what is newer is told once the address answers (T114)", () =>
  live(async (it) => {
    await putHooks(it, "all");
    it.hookAnswer = () => ({ status: 500, retryAfter: null });
    const createdAt = it.world.now - 24 * HOUR + 30_000;
    await it.say("m1", "Lost", "ada", { createdAt });
    await it.say("m2", "Late");
    await it.world.sleep(20_000);
    assertEquals(await failures(it), []);
    await it.world.sleep(60_000);
    const [failure, ...others] = await failures(it);
    assertEquals(others, []);
    assertEquals([failure.messageID, failure.reason, failure.url], [
      "m1",
      "It answered 500.",
      "https://hook.test/all",
    ]);
    it.hookAnswer = () => ({ status: 200, retryAfter: null });
    await it.settle();
    assertEquals(heard(it), ["message.created-m2"]);
  }));

Deno.test("A hook whose address is slow sends one event at a time, and then others have their turn (T79, T114)", () =>
  live(async (it) => {
    await putHooks(it, "all", "all", "all", "all", "addressed");
    it.hookAnswer = async (url) => {
      if (url.endsWith("all")) await it.world.sleep(9_900);
      return TAKEN;
    };
    for (let n = 1; n <= 3; n++) await it.say(`m${n}`, "Robot?");
    await it.settle();
    assertEquals(it.heard.length, 15);
    const urls = it.heard.map(({ url }) => url);
    assert(urls.findIndex((url) => url.endsWith("addressed")) <= 4);
  }));

Deno.test("410 ends a hook, and owners see that; another of the same bot goes on (T114)", () =>
  live(async (it) => {
    await putHooks(it, "all", "addressed");
    it.hookAnswer = (url) => ({
      status: url.endsWith("all") ? 410 : 200,
      retryAfter: null,
    });
    await it.say("m1", "Robot");
    await it.settle();
    await it.say("m2", "Robot");
    await it.settle();
    const [{ reason }, ...others] = await failures(it);
    assertEquals([reason, others.length], [
      "It answered 410: the hook has ended.",
      0,
    ]);
    assertEquals(heard(it, "addressed").length, 2);
    const [bots] = await it.surely(({ sync }) =>
      sync.get(botsSpace(ROOM), "bots")
    );
    const [{ hooks }] = bots as unknown as Bot[];
    assertEquals(hooks.map(({ wants }) => wants), ["addressed"]);
  }));

Deno.test("What waits is not sent once its hook is gone, or its message was deleted (T113)", () =>
  live(async (it) => {
    await putHooks(it, "all");
    it.hookAnswer = () => new Error("It does not answer.");
    await it.say("m1", "Regretted");
    await it.world.sleep(2_000);
    await change(it, "m1", () => undefined);
    it.hookAnswer = () => ({ status: 200, retryAfter: null });
    await it.settle();
    assertEquals(heard(it), ["message.deleted-m1"]);
    it.hookAnswer = () => new Error("It does not answer.");
    await it.say("m2", "Too late");
    await it.world.sleep(2_000);
    await putHooks(it);
    it.hookAnswer = () => ({ status: 200, retryAfter: null });
    await it.settle();
    assertEquals(heard(it).length, 1);
    const left = await it.world.soon(() =>
      Array.fromAsync(it.kv.list({ prefix: ["hookEvent"] }))
    );
    assertEquals(left, []);
  }));

Deno.test("A thousand events wait for a hook at the most: the oldest are given up, and owners see the newest forty of these (T114)", () =>
  live(async (it) => {
    await putHooks(it, "all");
    it.hookAnswer = () => ({ status: 503, retryAfter: "3600" });
    for (let n = 0; n < 22; n++) {
      await it.surely(({ sync }) =>
        sync.write([roomSpace(ROOM)], async (there) => {
          for (let i = 0; i < 50; i++) {
            const id = `m${n}-${i}`;
            const value = {
              id,
              seq: n * 50 + i + 1,
              authorID: "ada",
              createdAt: it.world.now,
              content: "x",
            };
            await there.set(`message/${id}`, value);
          }
        })
      );
    }
    await it.world.sleep(30_000);
    const waiting = await it.world.soon(() =>
      Array.fromAsync(it.kv.list({ prefix: ["hookEvent"] }))
    );
    assertEquals(waiting.length, 1_000);
    const all = await failures(it);
    assertEquals(all.length, 40);
    assertMatch(all[0].reason, /More than 1000/);
  }));
