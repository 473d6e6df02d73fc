// Processes die while they follow messages into inboxes: in the end each copy is as the room has it.
import { assert, assertEquals } from "@std/assert";
import { copyOf } from "../../../../lib/chat/inbox.ts";
import type { Message, MessageCopy } from "../../../../lib/chat/schema.ts";
import { roomSpace, userSpace } from "../../../../lib/chat/spaces.ts";
import { wordsOf } from "../../../../lib/web/chat/rich_text.ts";
import { FAULTS } from "../../../support/faulty_kv.ts";
import { NoticeWorld, ROOM } from "../../../support/notice_world.ts";
import { quiet } from "../../../support/quiet.ts";
import { chosenSeed, repeating, soaking } from "../../../support/seeds.ts";

const SEEDS = repeating ? 1 : soaking ? 2_000 : 60;
const NAMES = ["Ada", "Bob", "Cleo", "Dan"];
const DEEDS = 14;

Deno.test("No mention is lost, no copy is out of step, and none outlives its message or membership, whenever processes die and storage fails (T123, E11)", async () => {
  using _ = quiet();
  const first = chosenSeed();
  for (let seed = first; seed < first + SEEDS; seed++) {
    await NoticeWorld.live(seed, (it) => live(it, `SEED=${seed}`));
  }
});

async function live(it: NoticeWorld, what: string): Promise<void> {
  const { random } = it.world;
  const rate = random.pick([0, 0.005, 0.02]);
  await it.makeRoom(NAMES);
  let failing = true;
  it.plan = () =>
    failing && random.chance(rate) ? random.pick(FAULTS) : undefined;
  const inRoom = new Set(NAMES.map((name) => name.toLowerCase()));
  const others = () => [...inRoom].filter((id) => id !== "bob");
  /** By messageID, who is to have it. */
  const spokenTo = new Map<string, Set<string>>();
  const write = (
    id: string,
    change: (message: Message) => Message | undefined,
  ) =>
    it.surely(({ sync }) =>
      sync.write([roomSpace(ROOM)], async (there) => {
        const key = `message/${id}`;
        const message = await there.get(key) as Message | undefined;
        const next = message && change(message);
        if (next) await there.set(key, next);
        else await there.del(key);
      })
    );

  for (let n = 0; n < DEEDS; n++) {
    const who = random.pick(NAMES).toLowerCase();
    const id = `m${random.below(n + 1)}`;
    const deed = random.below(8);
    if (deed < 3 && inRoom.has("bob")) {
      await it.say(`m${n}`, `@${who}, number ${n}`);
      const isSpokenTo = others().includes(who);
      spokenTo.set(`m${n}`, new Set(isSpokenTo ? [who] : []));
    } else if (deed === 3 && spokenTo.has(id)) {
      // It still names those whom it named: who is not told of yet may be so by it alone.
      await write(id, (message) => {
        const content = `${message.content}; @${who} and @ada, ${n}`;
        return { ...message, content, editedAt: it.world.now + n };
      });
      for (const each of [who, "ada"]) {
        if (others().includes(each)) spokenTo.get(id)!.add(each);
      }
    } else if (deed === 4) {
      await write(id, () => undefined);
      spokenTo.delete(id);
    } else if (deed === 5 && inRoom.has(who)) {
      await it.set(who, `saved/${ROOM}/${id}`, {
        ...{ roomID: ROOM, id, seq: 1, authorID: "dan", from: "Dan" },
        ...{ content: "not so", createdAt: 1, savedAt: n },
      });
    } else if (deed === 6 && who !== "bob" && inRoom.delete(who)) {
      await it.leave(who);
      for (const people of spokenTo.values()) people.delete(who);
    } else if (deed === 7 && !inRoom.has(who)) {
      // What is left of the membership before goes first.
      await it.settle();
      await it.join(NAMES.find((name) => name.toLowerCase() === who)!);
      inRoom.add(who);
    }
    if (random.chance(0.3)) it.alive.process.die();
    await it.world.sleep(random.below(400));
  }
  failing = false;
  await it.settle();
  await assertInStep(it, inRoom, spokenTo, what);
}

async function assertInStep(
  it: NoticeWorld,
  inRoom: ReadonlySet<string>,
  spokenTo: ReadonlyMap<string, ReadonlySet<string>>,
  what: string,
): Promise<void> {
  const messages = new Map<string, Message>();
  const scan = (space: string, prefix: string) =>
    it.surely(({ sync }) => Array.fromAsync(sync.scan(space, prefix)));
  for (const { value } of await scan(roomSpace(ROOM), "message/")) {
    const message = value as Message;
    messages.set(message.id, message);
  }
  const held = new Set<string>();
  for (const name of NAMES) {
    const who = name.toLowerCase();
    for (const prefix of ["inbox/", "saved/"]) {
      for (const { key, value } of await scan(userSpace(who), prefix)) {
        const copy = value as MessageCopy & { why?: string; savedAt?: number };
        const { why: _, savedAt: __, ...rest } = copy;
        assert(inRoom.has(who), `${who} has left, and has ${key}; ${what}`);
        const message = messages.get(copy.id);
        assert(message, `${who} has ${key}, which is gone; ${what}`);
        assertEquals(
          rest,
          copyOf(ROOM, message, wordsOf(message.content)),
          `${who}: ${key}; ${what}`,
        );
        held.add(`${copy.id} ${who}`);
      }
    }
  }
  for (const [id, people] of spokenTo) {
    for (const who of people) {
      assert(held.has(`${id} ${who}`), `${who} lacks ${id}; ${what}`);
    }
  }
  const holders = await it.world.soon(() =>
    Array.fromAsync(it.kv.list({ prefix: ["messageHolder"] }))
  );
  assertEquals(
    holders.map(({ key }) => `${key[2] as string} ${key[3] as string}`).sort(),
    [...held].sort(),
    what,
  );
}
