// Indexing in the background: by one process at a time, whatever dies on the way, and never in a push's way.
import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../../../lib/chat/schema.ts";
import { Sync } from "../../../../lib/sync/mod.ts";
import { actorOf, chatDomain } from "../../../../lib/web/chat/domain.ts";
import { makePerson } from "../../../../lib/web/chat/profile.ts";
import { createRoom } from "../../../../lib/web/chat/rooms.ts";
import type { IndexHead } from "../../../../lib/web/search/index_store.ts";
import { IndexWorker } from "../../../../lib/web/search/index_worker.ts";
import { type Call, gatedKv } from "../../../support/gated_kv.ts";
import { randomFrom } from "../../../support/random.ts";
import {
  changeSomething,
  messageOf,
  put,
  ROOMS,
  search,
  type Store,
  texts,
  WORDS,
} from "../../../support/search_index.ts";
import { chosenSeed, soaking } from "../../../support/seeds.ts";
import { folderTest } from "../../../support/with_folder.ts";

const ada = { userID: "ada", name: "Ada" };

/** Waits until something is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Whether the index of all rooms is as they are. */
async function isInStep({ kv, sync }: Store): Promise<boolean> {
  for await (const { space, version } of sync.scanSpaces("room:")) {
    const { value } = await kv.get<IndexHead>(["search", "head", space]);
    if (value?.head.version !== version || value.stale.length > 0) return false;
  }
  return true;
}

/** As if the time had passed for which a process that has died keeps others from indexing. */
const endLease = (kv: Deno.Kv) => kv.delete(["lease", "search"]);

async function openWithRoom() {
  const kv = await Deno.openKv(":memory:");
  const sync = new Sync(kv, chatDomain);
  await makePerson(sync, ada);
  const nest = { name: "Nest", visibility: "private" };
  const { roomID } = await createRoom(sync, ada, nest);
  return { kv, sync, roomID };
}

folderTest(
  "Whatever a process has done when it is killed, each message is found once in the end, and none that is gone (T93)",
  async (folder) => {
    const seed = chosenSeed();
    const path = `${folder}/kv.sqlite3`;
    const kv = await Deno.openKv(path);
    const it = { kv, sync: new Sync(kv, chatDomain) };
    await makePerson(it.sync, ada);
    await it.sync.write(["user:ada"], async (own) => {
      for (const roomID of ROOMS) {
        await own.set(`membership/${roomID}`, { roomID, name: roomID });
      }
    });
    for (const roomID of ROOMS) {
      await it.sync.write([`room:${roomID}`], async (there) => {
        await there.set("room", { id: roomID, visibility: "private" });
        await there.set("member/ada", { id: "ada" });
      });
    }
    const random = randomFrom(seed);
    for (let kill = 0; kill < (soaking ? 300 : 8); kill++) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-q", "-P=test", "--no-check"],
          ...["tests/support/index_process.ts", path, `${seed + kill}`],
        ],
        stdout: "piped",
      }).spawn();
      const changes = child.stdout.getReader();
      for (let left = 50 + random.below(1_500); left > 0;) {
        left -= (await changes.read()).value!.length;
      }
      child.kill("SIGKILL");
      await child.status;
      await changes.cancel();
      await endLease(kv);
    }
    for (let n = 0; n < 20; n++) await changeSomething(it.sync, random);
    const worker = new IndexWorker(kv, it.sync, false);
    worker.start();
    await until(() => isInStep(it));
    await worker.stop();
    const all: Message[] = [];
    for (const roomID of ROOMS) {
      for await (
        const { value } of it.sync.scan(`room:${roomID}`, "message/")
      ) {
        all.push(value as Message);
      }
    }
    assert(all.length > 100, `${all.length}`);
    for (const word of WORDS) {
      const there = all.filter(({ content }) =>
        content.split(" ").includes(word)
      )
        .map(({ id }) => id);
      const found = (await search(it, "ada", word)).map(({ id }) => id);
      assertEquals(found.sort(), there.sort(), `${word}, SEED=${seed}`);
    }
    kv.close();
  },
);

Deno.test("One process indexes what all have written; when it stops, another goes on (T94)", async () => {
  const { kv, sync, roomID } = await openWithRoom();
  const commits = [new Set<string>(), new Set<string>()];
  const processes = commits.map((seen) => {
    const gated = gatedKv(kv, (call, run) => {
      if (call.kind === "commit") {
        call.keys.forEach((k) => seen.add(String(k[1])));
      }
      return run();
    });
    const sync = new Sync(gated, chatDomain);
    return { sync, worker: new IndexWorker(gated, sync, false) };
  });
  const [first, second] = processes;
  first.worker.start();
  await until(() => isInStep({ kv, sync }));
  second.worker.start();
  await put(second.sync, roomID, messageOf("a", 1, "apple"));
  await until(async () =>
    (await texts({ kv, sync }, "ada", "apple")).length > 0
  );
  assert(commits[1].has("due") && !commits[1].has("terms"));
  await first.worker.stop();
  await put(second.sync, roomID, messageOf("b", 2, "pear"));
  await until(async () =>
    (await texts({ kv, sync }, "ada", "pear")).length > 0
  );
  assert(commits[1].has("terms"));
  await second.worker.stop();
  assertEquals((await kv.get(["lease", "search"])).value, null);
  kv.close();
});

Deno.test("Pushes are answered while nothing of the index can be read or written, and are found later (T94)", async () => {
  const { kv, roomID } = await openWithRoom();
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  const isOfIndex = ({ keys }: Call) =>
    keys.some(([kind]) => kind === "search");
  const gated = gatedKv(kv, async (call, run) => {
    if (isOfIndex(call)) {
      waiting++;
      await promise;
    }
    return await run();
  });
  const sync = new Sync(gated, chatDomain);
  const worker = new IndexWorker(gated, sync, false);
  worker.start();
  await until(() => Promise.resolve(waiting > 0));
  for (let id = 1; id <= 20; id++) {
    const answer = await sync.push(`room:${roomID}`, actorOf("ada"), {
      pushVersion: 1,
      schemaVersion: "1",
      clientGroupID: "group",
      mutations: [{
        id,
        clientID: "client",
        name: "createMessage",
        args: { id: `m${id}`, content: "apple" },
      }],
    });
    assertEquals(answer, null);
  }
  resolve();
  await until(() => isInStep({ kv, sync }));
  await worker.stop();
  assertEquals((await texts({ kv, sync }, "ada", "apple")).length, 20);
  kv.close();
});

Deno.test("A room that cannot be indexed keeps the others from nothing, and is tried again (T94)", async () => {
  const { kv, sync, roomID } = await openWithRoom();
  const other = await createRoom(sync, ada, {
    name: "B",
    visibility: "private",
  });
  let failing = true;
  const error = console.error;
  console.error = () => {};
  const gated = gatedKv(kv, (call, run) => {
    const fails = failing && call.kind === "list" &&
      call.keys.some((key) => key[0] === "log" && key[1] === `room:${roomID}`);
    return fails ? Promise.reject(new Error("No.")) : run();
  });
  const here = new Sync(gated, chatDomain);
  const worker = new IndexWorker(gated, here, false);
  await put(sync, roomID, messageOf("a", 1, "apple"));
  await put(sync, other.roomID, messageOf("b", 1, "pear"));
  worker.start();
  await until(async () =>
    (await texts({ kv, sync }, "ada", "pear")).length > 0
  );
  failing = false;
  await until(() => isInStep({ kv, sync }));
  console.error = error;
  await worker.stop();
  kv.close();
});
