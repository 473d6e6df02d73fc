// Pulls in rooms of very different sizes: what has changed, the newest window of all, and a room as a whole.
import { createMessage, pull, pullBy, push, TEXT } from "./requests.ts";
import { seedRoom } from "./seed_room.ts";
import {
  type Backend,
  enter,
  inTurn,
  Rotation,
  type Subject,
} from "./subject.ts";
import { type Row, Samples, timeOf } from "./table.ts";

const WHOLE = 1_000; // messages of the room that is pulled as a whole

const roomOf = (size: number) => `of${size}`;

function* messagesOf(size: number) {
  for (let n = 1; n <= size; n++) {
    const id = `m${String(n).padStart(9, "0")}`;
    const createdAt = 1_700_000_000_000 + n;
    yield { id, from: "Person 0", content: TEXT, createdAt };
  }
}

/** A store with rooms of all sizes, for each of the subjects. */
async function seedAll(
  subjects: readonly Subject[],
  path: string,
  sizes: readonly number[],
): Promise<void> {
  const [first, ...others] = subjects.map(({ name }) => `${path}-${name}`);
  {
    using kv = await Deno.openKv(first);
    for (const size of sizes) {
      await seedRoom(kv, roomOf(size), roomOf(size), messagesOf(size));
    }
  }
  for (const other of others) {
    for (const ending of ["", "-wal", "-shm"]) {
      await Deno.copyFile(first + ending, other + ending).catch((error) => {
        // Once it is closed, all may be in the one file.
        if (!(error instanceof Deno.errors.NotFound && ending)) throw error;
      });
    }
  }
}

/**
 * An incremental pull of one change, and a first pull of 200 messages, in rooms
 * of `sizes`; the smallest is the floor. The rooms and the subjects take turns.
 */
export async function benchPull(
  subjects: readonly Subject[],
  folder: string,
  sizes: readonly number[],
  rounds: number,
): Promise<Row[]> {
  const path = `${folder}/pull`;
  await seedAll(subjects, path, sizes);
  await using rotation = await Rotation.start(subjects, path, 0);
  const rooms = await Promise.all(
    sizes.map(async (size) => ({
      size,
      news: new Samples(),
      firsts: new Samples(),
      bytes: new Samples(),
      backends: await Promise.all(
        rotation.backends.map(async (backend) => ({
          ...backend,
          ...await enter(backend.url, roomOf(size), 1),
        })),
      ),
    })),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const { size, news, firsts, bytes, backends } of rooms) {
      for (const backend of inTurn(backends, round)) {
        const { name } = backend;
        const reading = pullBy(backend, 0, `reading${size}-${round}`);
        let text = "";
        firsts.add(name, await timeOf(async () => text = await pull(reading)));
        bytes.add(name, text.length / 1_000);
        const { cookie } = JSON.parse(text);
        const writer = `writing${size}`;
        await push(backend, writer, [
          createMessage(writer, round, `new${round}`),
        ]);
        news.add(
          name,
          await timeOf(async () => text = await pull(reading, cookie)),
        );
        const { patch } = JSON.parse(text);
        if (patch.length !== 2) throw new Error(`Not one change: ${text}`);
      }
    }
  }
  const [least] = rooms;
  const against = `${least.size} messages`;
  const floorOf = (samples: Samples) =>
    samples.row({ what: "", unit: "ms" }).figure;
  return [
    ...rooms.slice(0, 3).map(({ size, news }) =>
      news.row({
        what: `incremental pull of one change, p50, ${size} messages`,
        floor: floorOf(least.news),
        unit: "ms",
        target: "70-130 % of the floor",
        against,
      })
    ),
    ...rooms.flatMap(({ size, firsts, bytes }) => [
      firsts.row({
        what: `first pull of 200, p50, ${size} messages`,
        floor: floorOf(least.firsts),
        unit: "ms",
        target: ">= 2 ×, <= 130 % of the floor",
        against,
      }),
      bytes.row({
        what: `first pull of 200, size, ${size} messages`,
        unit: "kB",
        target: "<= 100 kB",
      }),
    ]),
  ];
}

/** A first pull of all that a room of 1,000 messages holds; all subjects, in turns. */
export async function benchWholePull(
  subjects: readonly Subject[],
  folder: string,
  rounds: number,
): Promise<Row> {
  const path = `${folder}/whole`;
  await using rotation = await Rotation.start(subjects, path, 1);
  const messages = Array.from(
    { length: WHOLE },
    (_, i) => createMessage("writing", i + 1, `m${i}`),
  );
  const times = new Samples();
  for (const backend of rotation.backends) {
    await push(backend, "writing", messages);
  }
  for (let round = 0; round < rounds; round++) {
    for (const backend of rotation.backends) {
      times.add(backend.name, await wholePull(backend, round));
    }
  }
  return times.row({
    what: `first pull of all of ${WHOLE} messages, p50`,
    unit: "ms",
    target: ">= 5 ×",
  });
}

/** In milliseconds, of a client group that is new in each round. */
async function wholePull(backend: Backend, round: number): Promise<number> {
  const { name } = backend;
  const query = name === "peer" ? "" : `&window=${WHOLE}`;
  const reading = pullBy(backend, 0, `reading${round}`, query);
  let text = "";
  const time = await timeOf(async () => text = await pull(reading));
  const { patch } = JSON.parse(text) as { patch: { key?: string }[] };
  const count = patch.filter(({ key }) => key?.startsWith("message/")).length;
  if (count !== WHOLE) throw new Error(`${name} sent ${count} messages`);
  return time;
}
