// Searches over a million messages, the size of their index, and what indexing does to pushes.
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import type { IndexHead } from "../../lib/web/search/index_store.ts";
import { Person } from "../support/person.ts";
import { randomFrom } from "../support/random.ts";
import { indexAll } from "../support/search_index.ts";
import { startServer } from "../support/server.ts";
import { type Effort, Pushers } from "./push.ts";
import { seedRoom } from "./seed_room.ts";
import { app, type Backend, inTurn } from "./subject.ts";
import { median, quantile, RATE, type Row, timeOf } from "./table.ts";

const VOCABULARY = 50_000; // words, the n-th of them 1/n times as often as the first
const WORDS = 7; // of a message, beside those that are in each
const RARE = 10; // messages that have the rare word
const PER_QUERY = 100; // times each is asked

const random = randomFrom(1);
const SYLLABLES = ["ba", "den", "fi", "go", "hu", "ka", "lem", "mi", "nor"]
  .concat(["pa", "re", "sti", "to", "un", "ver", "we", "zo", "qui", "sa"]);
const vocabulary = Array.from(
  { length: VOCABULARY },
  (_, n) =>
    Array.from(
      { length: 1 + random.below(3) + (n > 200 ? 1 : 0) },
      () => random.pick(SYLLABLES),
    ).join(""),
);
/** A word as often as its place says (Zipf's law). */
const word = () => {
  const n = Math.exp(random.real() * Math.log(VOCABULARY));
  return vocabulary[Math.min(VOCABULARY - 1, Math.floor(n) - 1)];
};

/** Public rooms with messages, the newest of which is in each in turn. Gives back how many bytes of text there are. */
async function seed(
  kv: Deno.Kv,
  rooms: readonly string[],
  messages: number,
): Promise<number> {
  let bytes = 0;
  function* messagesOf(r: number) {
    for (let n = r; n < messages; n += rooms.length) {
      const words = Array.from({ length: WORDS }, word);
      if (n % (messages / RARE) === 7) words.push("seldom");
      const content = `everywhere always ${words.join(" ")}`;
      bytes += content.length;
      const id = `m${String(n).padStart(25, "0")}`;
      const createdAt = 1_700_000_000_000 + 20_000 * n;
      yield { id, from: `Person ${n % 50}`, content, createdAt };
    }
  }
  for (const [r, id] of rooms.entries()) {
    await seedRoom(kv, id, `Room ${r}`, messagesOf(r));
  }
  return bytes;
}

/** In bytes, keys included. */
async function sizeOfIndex(kv: Deno.Kv): Promise<number> {
  let bytes = 0;
  for await (const { key, value } of kv.list({ prefix: ["search"] })) {
    for (const part of key) {
      bytes += typeof part === "string" ? part.length + 2 : 9;
    }
    if (value instanceof Uint8Array) bytes += value.length;
  }
  return bytes;
}

/** What is asked for, and how many are to be found on the first page. */
const QUERIES = [
  ["a word that is in every message", "q=everywhere", 20],
  ["two such words", "q=everywhere+always", 20],
  ["a word that is in ten, and one in all", "q=everywhere+seldom", RARE],
  ["a word that is in ten", "q=seldom", RARE],
  ["a common word and a seldom one", () => `q=${vocabulary[30]}+seldom`],
  ["two words of the middle", () => `q=${vocabulary[300]}+${vocabulary[900]}`],
  ["a word that is in none", "q=zyzzyva", 0],
  ["a letter", "q=e", 20],
  ["one author, one word", "q=everywhere&from=7", 20],
  ["a month, one word", "q=everywhere&before=1702600000000", 20],
] as const;

/**
 * Searches over so many messages, in one room and in 500, by HTTP, beside the
 * shortest request of a person; how large the index is, and how long it takes.
 */
export async function* benchSearch(
  folder: string,
  messages: number,
): AsyncGenerator<Row[]> {
  for (const count of [1, 500]) {
    const path = `${folder}/search${count}`;
    const rooms = Array.from(
      { length: count },
      (_, r) => `room${String(r).padStart(22, "0")}`,
    );
    const where = `${messages.toLocaleString("en")} messages in ${count} ${
      count === 1 ? "room" : "rooms"
    }`;
    {
      using kv = await Deno.openKv(path);
      const text = await seed(kv, rooms, messages);
      const sync = new Sync(kv, chatDomain);
      const time = await timeOf(() => indexAll({ kv, sync }));
      yield [{
        what: `index of ${where}`,
        figure: await sizeOfIndex(kv) / text,
        unit: "bytes for each of text",
      }, {
        what: `indexing ${where}, without rests`,
        figure: time / 1_000,
        unit: "s",
      }];
    }
    await using server = await startServer({ DENO_KV_PATH: path });
    const ada = await Person.signIn(server.url, "Ada");
    await becomeMember(path, ada.userID, rooms);
    const floor = await p95(ada, "/api/session", () => {});
    for (const [what, query, expected] of QUERIES) {
      const search = typeof query === "string" ? query : query();
      const figure = await p95(ada, `/api/search?${search}`, (body) => {
        const { length } = body.messages;
        const isWrong = expected !== undefined && length !== expected;
        if (isWrong || body.incomplete) {
          throw new Error(`${search} found ${length}`);
        }
      });
      yield [{
        what: `search, p95, ${where}: ${what}`,
        figure,
        unit: "ms",
        floor,
        target: count === 1 ? "< 50 ms" : undefined,
        against: "GET /api/session",
      }];
    }
  }
}

/** As if the person had joined all of these long ago. */
async function becomeMember(
  path: string,
  userID: string,
  rooms: readonly string[],
): Promise<void> {
  using kv = await Deno.openKv(path);
  const sync = new Sync(kv, chatDomain);
  for (let i = 0; i < rooms.length; i += 100) {
    await sync.write([`user:${userID}`], async (own) => {
      for (const roomID of rooms.slice(i, i + 100)) {
        const membership = { roomID, name: roomID, joinedAt: 0 };
        await own.set(`membership/${roomID}`, membership);
      }
    });
  }
}

/** In milliseconds. */
async function p95(
  person: Person,
  path: string,
  // deno-lint-ignore no-explicit-any -- whatever the route answers
  check: (body: any) => void,
): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < PER_QUERY; n++) {
    times.push(await timeOf(async () => check((await person.get(path)).body)));
  }
  return quantile(times.slice(PER_QUERY / 4), .95); // once it is warm
}

/** A process of the bench has the lease for good: then the server notes what is due, and indexes nothing. */
const NEVER = { holder: "bench", until: Number.MAX_SAFE_INTEGER };

const CLIENTS = 32;
const LOOK_MS = 100;

/**
 * Pushes with the server indexing what they write, and without, in turns; and
 * how old, meanwhile, the oldest change is that is not indexed yet.
 */
export async function benchIndexing(
  folder: string,
  { rounds, length }: Effort,
): Promise<Row[]> {
  const path = (name: string) => `${folder}/indexing-${name}`;
  {
    using kv = await Deno.openKv(path("without"));
    await kv.set(["lease", "search"], NEVER);
  }
  await using backends = new AsyncDisposableStack();
  const start = async (name: string): Promise<[Backend, Pushers]> => {
    const backend = await app("today").start(path(name), CLIENTS);
    backends.use(backend);
    return [backend, new Pushers(backend, CLIENTS)];
  };
  const [withIt, without] = [await start("with"), await start("without")];
  using kv = await Deno.openKv(path("with"));
  const rates: number[] = [];
  const floors: number[] = [];
  const ratios: number[] = [];
  const lags: number[] = [];
  const processor: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const pair: number[] = [];
    for (const side of inTurn([withIt, without], round)) {
      const isOn = side === withIt;
      let isPushing = true;
      const watching = isOn && watchLag(kv, () => isPushing, lags);
      const { rate, usage } = await side[1].push(length);
      isPushing = false;
      await watching;
      if (usage) processor[isOn ? 0 : 1].push(usage.processor);
      (isOn ? rates : floors).push(rate);
      pair[isOn ? 0 : 1] = rate;
    }
    ratios.push(pair[0] / pair[1]);
  }
  return [{
    what: `pushes while they are indexed, ${CLIENTS} clients`,
    figure: median(rates),
    unit: RATE,
    floor: median(floors),
    target: ">= 80 % of the floor",
    against: `no indexing; by round ${
      ratios.map((ratio) => ratio.toFixed(2)).join(", ")
    }`,
  }, {
    what: `processor per push while they are indexed, ${CLIENTS} clients`,
    figure: median(processor[0]),
    unit: "µs",
    floor: median(processor[1]),
    against: "no indexing",
  }, {
    what: "age of the oldest change that is not indexed, at its most",
    figure: Math.max(...lags) / 1_000,
    unit: "s",
    target: "<= 2 s",
  }];
}

/** Looks again and again at how far the index of General is behind, in milliseconds. */
async function watchLag(
  kv: Deno.Kv,
  isPushing: () => boolean,
  lags: number[],
): Promise<void> {
  const space = "room:general";
  while (isPushing()) {
    const { value } = await kv.get<IndexHead>(["search", "head", space]);
    const next = value &&
      await kv.get<Uint8Array>(["log", space, value.head.version + 1]);
    if (next?.value) {
      const { at } = JSON.parse(new TextDecoder().decode(next.value));
      lags.push(Date.now() - at);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
