// Processes die between the commit of a message and its notice: who is to be told is told, and nobody else.
import { assert, assertEquals } from "@std/assert";
import { FAULTS } from "../../../support/faulty_kv.ts";
import { NoticeWorld, ROOM } from "../../../support/notice_world.ts";
import { quiet } from "../../../support/quiet.ts";
import { chosenSeed, repeating, soaking } from "../../../support/seeds.ts";

const SEEDS = repeating ? 1 : soaking ? 3_000 : 100;
/** In the world's ms: what was decided before somebody read, muted or left may go out for so long. */
const UNDER_WAY = 1_500;

const NAMES = ["Ada", "Bob", "Cleo", "Dan", "Eve"];

Deno.test("No mention is lost, and none reaches who was removed, has muted the room or had read it, whenever processes die and storage fails (T83, T84)", async () => {
  using _ = quiet();
  const first = chosenSeed();
  for (let seed = first; seed < first + SEEDS; seed++) {
    await NoticeWorld.live(seed, async (it) => {
      const { random } = it.world;
      const rate = random.pick([0, 0.005, 0.02]);
      await it.makeRoom(NAMES);
      for (const name of NAMES) await it.subscribe(name.toLowerCase());
      let failing = true;
      it.plan = () =>
        failing && random.chance(rate) ? random.pick(FAULTS) : undefined;
      const isDown = random.chance(0.3);
      it.answer = () =>
        failing && isDown && random.chance(0.3)
          ? random.pick([
            { status: 503, retryAfter: null },
            { status: 429, retryAfter: "2" },
            new Error("It does not answer."),
          ])
          : { status: 201, retryAfter: null };
      /** By person, when they were no more to be told of what there was by then. */
      const quietSince = new Map<string, number>();
      const saidAt = new Map<string, number>();
      const toldOf: [who: string, id: string][] = [];
      const inRoom = new Set(NAMES.map((name) => name.toLowerCase()));
      const muted = new Set<string>();
      for (let n = 0; n < 8; n++) {
        const who = random.pick(NAMES).toLowerCase();
        const id = `m${n}`;
        await it.say(id, `@${who}, number ${n}`, who === "bob" ? "eve" : "bob");
        saidAt.set(id, it.world.now);
        if (inRoom.has(who) && !muted.has(who)) toldOf.push([who, id]);
        if (random.chance(0.3)) it.alive.process.die();
        await it.world.sleep(random.below(600));
        const other = random.pick(NAMES).toLowerCase();
        const deed = random.below(8);
        if (deed > 2 || !inRoom.has(other)) continue;
        if (deed === 0) await it.read(other);
        if (deed === 1) {
          const notify = "muted";
          await it.set(other, `settings/${ROOM}`, { roomID: ROOM, notify });
          muted.add(other);
        }
        if (deed === 2) {
          await it.leave(other);
          inRoom.delete(other);
        }
        quietSince.set(other, it.world.now);
      }
      failing = false;
      await it.settle();
      const what = `SEED=${seed}`;
      for (const [who, id] of toldOf) {
        const isTold = it.log.includes(`${who}: ${id}`);
        const isQuiet = (quietSince.get(who) ?? -1) >= saidAt.get(id)!;
        assert(isTold || isQuiet, `${who} was not told of ${id}; ${what}`);
      }
      for (const { userID, notice, at } of it.told) {
        const since = quietSince.get(userID) ?? Infinity;
        if (saidAt.get(notice.tag)! > since && inRoom.has(userID)) {
          assert(!muted.has(userID), `${userID} had muted ${what}`);
          continue;
        }
        const isLate = at > since + UNDER_WAY;
        assert(!isLate, `${userID} was told of ${notice.tag}; ${what}`);
      }
      if (rate === 0 && !isDown) return;
      // Told again after a crash, it takes the place of the one before it.
      const topics = new Map(it.told.map(({ userID, topic, notice }) => [
        `${userID} ${notice.tag}`,
        topic,
      ]));
      for (const { userID, topic, notice } of it.told) {
        assertEquals(topics.get(`${userID} ${notice.tag}`), topic, what);
      }
    });
  }
});

Deno.test("Where nothing fails nobody is told anything twice, however many processes there are (T83)", async () => {
  const first = chosenSeed();
  for (let seed = first; seed < first + 20; seed++) {
    await NoticeWorld.live(seed, async (it) => {
      for (let i = 0; i < 3; i++) it.serve();
      await it.makeRoom(NAMES);
      for (const name of NAMES) await it.subscribe(name.toLowerCase());
      for (let n = 0; n < 10; n++) {
        await it.say(`m${n}`, "@Ada, @Cleo, @Dan");
        await it.world.sleep(it.world.random.below(400));
      }
      await it.settle();
      assertEquals(it.log.length, 30, `SEED=${seed}`);
      assertEquals(new Set(it.log).size, 30, `SEED=${seed}`);
    });
  }
});
