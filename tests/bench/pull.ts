// Pulls in rooms of very different sizes: what has changed, and the newest window of all.
import { keys } from "../../lib/sync/keys.ts";
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import { Person } from "../support/person.ts";
import { startServer } from "../support/server.ts";
import { peopleIn, TEXT } from "./requests.ts";
import { median, type Row, timeOf } from "./table.ts";

const MESSAGES_PER_COMMIT = 250; // messages: two sets each, and well below 819,200 bytes

const roomOf = (size: number) => `of${size}`;
const spaceOf = (size: number) => `room:${roomOf(size)}`;

/**
 * Makes a public room that holds so many messages. They are written under the
 * engine's keys as its commits do, but without their log: as if it were pruned.
 */
async function seed(kv: Deno.Kv, size: number): Promise<void> {
  const id = roomOf(size);
  const space = spaceOf(size);
  const encoder = new TextEncoder();
  for (let n = 0; n < size;) {
    const atomic = kv.atomic();
    for (let i = 0; i < MESSAGES_PER_COMMIT && n < size; i++) {
      const message = {
        id: `m${String(++n).padStart(9, "0")}`,
        seq: n,
        authorID: "01M80000000000000000000000",
        from: "Person 0",
        content: TEXT,
        createdAt: 1_700_000_000_000 + n,
        reactions: {},
      };
      const key = `message/${message.id}`;
      atomic.set(
        keys.entry(space, key),
        encoder.encode(JSON.stringify(message)),
      );
      atomic.set(keys.order(space, "message/", n, key), 0);
    }
    await atomic.commit();
  }
  await new Sync(kv, chatDomain).write([space], (tx) =>
    tx.set("room", {
      id,
      name: id,
      topic: "",
      visibility: "public",
      createdBy: "nobody",
      createdAt: 0,
      messageCount: size,
    }));
}

/**
 * An incremental pull of one change, and a first pull of 200 messages, in rooms
 * of `sizes`; the smallest is the floor. The rooms take turns.
 */
export async function benchPull(
  folder: string,
  sizes: number[],
  rounds: number,
): Promise<Row[]> {
  const path = `${folder}/pull`;
  {
    using kv = await Deno.openKv(path);
    for (const size of sizes) await seed(kv, size);
  }
  await using app = await startServer({ DENO_KV_PATH: path });
  const rooms = await Promise.all(sizes.map(async (size) => {
    const [writer] = await peopleIn(app.url, roomOf(size), 1);
    const reader = await Person.signIn(app.url, "Reader");
    const times = { news: [] as number[], firsts: [] as number[] };
    return { size, writer, reader, ...times, bytes: 0 };
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const room of rooms) {
      const { size, writer, reader } = room;
      const space = spaceOf(size);
      let text = "";
      room.firsts.push(
        await timeOf(async () => {
          text = await pullText(reader, space, `reading${size}-${round}`, null);
        }),
      );
      room.bytes = text.length;
      const { cookie } = JSON.parse(text);
      await writer.push(space, `writing${size}`, [{
        id: round,
        clientID: `writing${size}`,
        name: "createMessage",
        args: { id: `new${round}`, content: TEXT },
        timestamp: 0,
      }]);
      room.news.push(
        await timeOf(async () => {
          text = await pullText(
            reader,
            space,
            `reading${size}-${round}`,
            cookie,
          );
        }),
      );
      const { patch } = JSON.parse(text);
      if (patch.length !== 2) throw new Error(`Not one change: ${text}`);
    }
  }
  const [least] = rooms;
  const rows: Row[] = [];
  for (const { size, news } of rooms.slice(0, 3)) {
    rows.push({
      what: `incremental pull of one change, p50, ${size} messages`,
      figure: median(news),
      floor: median(least.news),
      unit: "ms",
      target: "70-130 %",
      against: `${least.size} messages`,
    });
  }
  for (const { size, firsts, bytes } of rooms) {
    rows.push({
      what: `first pull of 200, p50, ${size} messages`,
      figure: median(firsts),
      floor: median(least.firsts),
      unit: "ms",
      target: "<= 130 %",
      against: `${least.size} messages`,
    }, {
      what: `first pull of 200, size, ${size} messages`,
      figure: bytes / 1_000,
      unit: "kB",
      target: "<= 100 kB",
    });
  }
  return rows;
}

async function pullText(
  person: Person,
  space: string,
  clientGroupID: string,
  cookie: unknown,
): Promise<string> {
  const response = await person.fetch(`/api/replicache/pull?space=${space}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID,
      cookie,
    }),
  });
  if (response.status !== 200) throw new Error(await response.text());
  return await response.text();
}
