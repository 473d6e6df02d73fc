// What a search on the server finds, beside looking through all messages.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  parseQuery,
  passes,
  searchedText,
} from "../../../../lib/chat/search_query.ts";
import type { Message } from "../../../../lib/chat/schema.ts";
import { GENERAL } from "../../../../lib/chat/spaces.ts";
import { relevance } from "../../../../lib/chat/text_search.ts";
import { Sync } from "../../../../lib/sync/mod.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import { beginDirect } from "../../../../lib/web/chat/direct_rooms.ts";
import { joinRoom } from "../../../../lib/web/chat/members.ts";
import { makePerson } from "../../../../lib/web/chat/profile.ts";
import { createRoom, seedGeneral } from "../../../../lib/web/chat/rooms.ts";
import { IndexWriter } from "../../../../lib/web/search/index_writer.ts";
import { searchRequestIn } from "../../../../lib/web/search/search.ts";
import {
  deleteIndex,
  indexKeys,
} from "../../../../lib/web/search/index_store.ts";
import { lookupsOf } from "../../../../lib/web/search/index_terms.ts";
import {
  CHUNK,
  encodeBucket,
  encodeTimes,
  SPANS,
  withSpan,
} from "../../../../lib/web/search/posting_lists.ts";
import {
  indexAll,
  messageOf,
  put,
  search,
  searchPage,
  texts,
} from "../../../support/search_index.ts";
import { type Call, gatedKv } from "../../../support/gated_kv.ts";
import { chosenSeed } from "../../../support/seeds.ts";
import { unlimited } from "../../../support/unlimited.ts";

const ada = { userID: "ada", name: "Ada" };

/** A store with rooms of Ada's, by their names. */
async function withRooms<Name extends string>(...names: Name[]) {
  const kv = await Deno.openKv(":memory:");
  const sync = new Sync(kv, chatDomain);
  await makePerson(sync, ada);
  const rooms = {} as Record<Name, string>;
  for (const name of names) {
    const made = await createRoom(sync, ada, { name, visibility: "private" });
    rooms[name] = made.roomID;
  }
  return { kv, sync, rooms, [Symbol.dispose]: () => kv.close() };
}

/** A message in Ada's only room that is indexed, and nothing else. */
async function withText(text: string, more: Partial<Message> = {}) {
  const it = await withRooms("Nest");
  await put(it.sync, it.rooms.Nest, messageOf("m", 1, text, more));
  await indexAll(it);
  return it;
}

Deno.test("A word is found where a word begins, also behind a sign, and each character of scripts without spaces (T91)", async () => {
  for (
    const [text, finds, not] of [
      ["In der Straße", ["strasse", "STR", "in der"], ["rasse"]],
      ["The café opens", ["cafe", "café", "c", "op"], ["afe", "pens"]],
      ["I like C++17.", ["c++", "c", "++", "+17", "17."], ["7"]],
      ["my_snake_case()", ["snake", "case()", "_case", "()"], ["nake"]],
      ["hurray🎉👍🏽", ["🎉", "👍🏽", "hurray🎉"], ["ray"]],
      ["🇫🇷🇩🇪", ["🇩🇪"], ["🇮🇹"]],
      ["私は東京都に住んでいる", ["東京", "都", "東京都に住", "でいる"], [
        "京東",
      ]],
      ["나는 한국어를", ["한국"], ["국어"]],
      ["ที่ต้นไม้", ["ต้น"], ["นต้"]],
      ["קָל ה־שלום!", ["שלום"], ["לום"]],
      ["https://example.com/a?b=c", ["example", "com/a?b", "b=c"], ["ample"]],
      ["internationalization", ["internationalization", "internat"], [
        "internationals",
      ]],
      ["two one", ["one two", "t o"], ["one three"]],
      ["🐈".repeat(40), ["🐈".repeat(30)], ["🐈🐕"]],
    ] as [string, string[], string[]][]
  ) {
    using it = await withText(text);
    for (const query of finds) {
      assertEquals(await texts(it, "ada", query), [text], query);
    }
    for (const query of not) {
      assertEquals(await texts(it, "ada", query), [], query);
    }
  }
});

Deno.test("Filters leave what passes all of them, with words and without (T90)", async () => {
  using it = await withRooms("The kitchen", "Attic");
  const day = (n: number) => new Date(2026, 0, n, 12).getTime();
  const file = { id: "f", size: 1, type: "image/png", name: "plan.png" };
  const of = (seq: number, more: Partial<Message>) =>
    messageOf(`m${seq}`, seq, `tea ${seq}`, more);
  const bob = { authorID: "bob", from: "Bob Bean" };
  await put(
    it.sync,
    it.rooms["The kitchen"],
    of(1, { createdAt: day(1) }),
    of(2, { createdAt: day(2), ...bob }),
    of(3, { createdAt: day(3), ...bob, files: [file] }),
  );
  await put(it.sync, it.rooms.Attic, of(4, { createdAt: day(4), ...bob }));
  await indexAll(it);
  for (
    const [query, ...found] of [
      ["tea", 4, 3, 2, 1],
      ["from:bob", 4, 3, 2],
      ['from:"bean bob"', 4, 3, 2],
      ["from:b tea", 4, 3, 2],
      ["from:obean", ...[]],
      ["in:kitchen", 3, 2, 1],
      ['in:"the kit" from:ada', 1],
      ["has:file", 3],
      ["plan tea", 3],
      ["after:2026-01-02", 4, 3],
      ["before:2026-01-02", 1],
      ["after:2026-01-01 before:2026-01-04 tea", 3, 2],
      ["from:bob in:attic before:2026-01-04", ...[]],
    ] as [string, ...number[]][]
  ) {
    const expected = found.map((n) => `tea ${n}`);
    assertEquals(await texts(it, "ada", query), expected, query);
  }
});

Deno.test("Direct messages are found in, and named, as the person sees them (T90, M14)", async () => {
  using it = await withRooms("Nest");
  const bob = { userID: "bob", name: "Bob" };
  await makePerson(it.sync, bob);
  await seedGeneral(it.sync);
  for (const each of [ada, bob]) await joinRoom(it.sync, each, GENERAL);
  const people = [{ id: "bob" }];
  const { roomID } = await beginDirect({ sync: it.sync, ...unlimited() }, ada, {
    people,
  });
  await put(it.sync, roomID, messageOf("m", 1, "A zebra"));
  await put(it.sync, it.rooms.Nest, messageOf("n", 1, "No zebra"));
  await indexAll(it);
  for (
    const [userID, query, ...named] of [
      ["ada", "in:Bob zebra", "Bob"],
      ["bob", "in:Ada zebra", "Ada"],
      ["bob", "zebra", "Ada"],
      ["ada", "in:direct zebra", ...[]],
    ]
  ) {
    const found = await search(it, userID, query);
    assertEquals(found.map(({ room }) => room), named, query);
  }
});

Deno.test("What cannot be asked for is refused, by the name of the field (T90, T2)", () => {
  for (
    const [search, words] of [
      ["", "look for"],
      ["q=%20", "look for"],
      [`q=${"a".repeat(201)}`, "q: A search has at most 200"],
      ["q=a&before=soon", "before: "],
      ["q=a&after=-1", "after: "],
      ["q=a&next=x", "next: "],
      ["q=a&next=1.b", "next: "],
      ["q=a&file=2", "file: "],
    ]
  ) {
    const url = new URL(`http://localhost/api/search?${search}`);
    assertThrows(() => searchRequestIn(url), Error, words);
  }
});

Deno.test("What was edited is found by its new text, what was deleted not at all, before the index knows as well (T93)", async () => {
  using it = await withRooms("Nest");
  const { sync, kv, rooms: { Nest } } = it;
  const writer = new IndexWriter(kv, sync);
  const words = async () => {
    const terms = kv.list<Uint8Array>({ prefix: ["search", "terms"] });
    const stored = await Array.fromAsync(terms);
    return stored.map(({ value }) => new TextDecoder().decode(value)).join();
  };
  await put(
    sync,
    Nest,
    messageOf("a", 1, "apple"),
    messageOf("b", 2, "banana"),
  );
  await indexAll(it, writer);
  await put(sync, Nest, messageOf("c", 3, "cherry"));
  await indexAll(it, writer);
  assert(/apple.*cherry|cherry.*apple/.test(await words()));
  await put(sync, Nest, messageOf("a", 1, "pear"));
  assertEquals(await texts(it, "ada", "apple"), []);
  await indexAll(it, writer);
  assertEquals(await texts(it, "ada", "pear"), ["pear"]);
  assert(!(await words()).includes("apple"));
  await sync.write([`room:${Nest}`], async (there) => {
    await there.del("message/b");
    await there.del("message/c");
  });
  assertEquals(await texts(it, "ada", "banana"), []);
  await indexAll(it, writer);
  assert(!/banana|cherry/.test(await words()));
  assert((await words()).includes("pear"));
});

Deno.test("The index is made of the messages where the log was pruned, or another history took its place (T93)", async () => {
  using it = await withRooms("Nest");
  const { sync, kv, rooms: { Nest } } = it;
  const space = `room:${Nest}`;
  const far = 3 * CHUNK;
  await put(sync, Nest, messageOf("a", 1, "apple"), messageOf("b", far, "fig"));
  await indexAll(it);
  await put(sync, Nest, messageOf("a", 1, "pear"));
  await put(sync, Nest, messageOf("c", 2, "plum"));
  const log = await Array.fromAsync(kv.list({ prefix: ["log", space] }));
  for (const { key } of log.slice(0, -1)) await kv.delete(key);
  await indexAll(it);
  for (const word of ["pear", "plum", "fig"]) {
    assertEquals(await texts(it, "ada", word), [word]);
  }
  assertEquals(await texts(it, "ada", "apple"), []);
});

Deno.test("A room that is erased leaves no index, also when it is being indexed at that moment (T93)", async () => {
  using it = await withRooms("Nest");
  const { sync, kv, rooms: { Nest } } = it;
  const space = `room:${Nest}`;
  await put(sync, Nest, messageOf("a", 1, "apple"));
  const writer = new IndexWriter(kv, sync);
  const next = writer.next(space);
  await sync.erase(space);
  await next.catch(() => {});
  while (await writer.next(space));
  assertEquals(await Array.fromAsync(kv.list({ prefix: ["search"] })), []);
});

Deno.test("A room that is deleted after it was read, before what was read is stored, leaves no index, also where it had none before (T93)", async () => {
  using it = await withRooms("Nest");
  const { sync, kv, rooms: { Nest } } = it;
  const space = `room:${Nest}`;
  await put(sync, Nest, messageOf("a", 1, "apple"));
  const gated = gatedKv(kv, async (call, run) => {
    const isIndexing = call.kind === "commit" &&
      call.keys.some((key) => key[0] === "search" && key[1] === "terms");
    if (isIndexing && await sync.stateOf(space)) {
      await sync.erase(space);
      await deleteIndex(kv, space);
    }
    return await run();
  });
  const writer = new IndexWriter(gated, new Sync(gated, chatDomain));
  while (await writer.next(space));
  assertEquals(await Array.fromAsync(kv.list({ prefix: ["search"] })), []);
});

Deno.test("Two that write the same large chunk at once, as after a lost lease, lose nothing of it (T93)", async () => {
  using it = await withRooms("Nest");
  const { sync, kv, rooms: { Nest } } = it;
  const space = `room:${Nest}`;
  let n = 0;
  const word = () =>
    (n++ * 7_919 + 1e6).toString(36).split("").reverse().join("");
  const words = () => Array.from({ length: 600 }, word).join(" ");
  for (let seq = 1; seq <= 120; seq++) {
    await put(sync, Nest, messageOf(`m${seq}`, seq, words()));
  }
  await new IndexWriter(kv, sync).next(space); // there is a head
  // The first has read when something is added, which the second reads, too.
  const read = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  const isPart = ({ kind, keys }: Call) =>
    kind === "commit" && keys.some((key) => key[1] === "terms");
  let parts = 0;
  const first = gatedKv(kv, async (call, run) => {
    if (!isPart(call)) return await run();
    read.resolve();
    await begun.promise;
    return await run().finally(late.resolve);
  });
  const second = gatedKv(kv, async (call, run) => {
    if (!isPart(call)) return await run();
    if (parts++ === 1) await late.promise;
    return await run().finally(begun.resolve);
  });
  const one = new IndexWriter(first, new Sync(first, chatDomain)).next(space);
  await read.promise;
  const all = ["zz", "ab", "cd", "ef", "gh", "ij", "kl", "mn", "op", "qr"]
    .map((two) => `${two}newword`);
  await put(sync, Nest, messageOf("new", 121, all.join(" ")));
  await new IndexWriter(second, new Sync(second, chatDomain)).next(space);
  await one.catch(() => {});
  assert(parts > 1);
  await indexAll(it);
  for (const each of all) {
    assertEquals((await texts(it, "ada", each)).length, 1, each);
  }
});

Deno.test("An index whose deletion was broken off is deleted later (T93)", async () => {
  using it = await withRooms("Nest");
  const { kv, rooms: { Nest } } = it;
  const space = `room:${Nest}`;
  await put(it.sync, Nest, messageOf("a", 1, "apple"));
  await indexAll(it);
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const dying = gatedKv(kv, (call, run) => {
    if (call.kind !== "commit" || call.keys.length === 1) return run();
    resolve();
    return new Promise(() => {});
  });
  await it.sync.erase(space);
  new IndexWriter(dying, new Sync(dying, chatDomain)).next(space);
  await died;
  const writer = new IndexWriter(kv, it.sync);
  assertEquals(await writer.next(space), false);
  assertEquals(await Array.fromAsync(kv.list({ prefix: ["search"] })), []);
});

Deno.test("Pages hold each message once, newest first over all rooms, while others are written (T90)", async () => {
  using it = await withRooms("A", "B", "C");
  const rooms = Object.values(it.rooms);
  for (const [i, roomID] of rooms.entries()) {
    const messages = Array.from(
      { length: 70 },
      (_, n) =>
        messageOf(`${i}-${n}`, n + 1, "word", {
          createdAt: 1_000_000 * (n % 7 === 0 ? 7 : n) + i,
        }),
    );
    await put(it.sync, roomID, ...messages);
  }
  await indexAll(it);
  const seen: string[] = [];
  let last = Infinity;
  for (let next: string | undefined, isMore = true; isMore;) {
    const page = await searchPage(it, "ada", "word", next);
    for (const { id, createdAt } of page.messages) {
      seen.push(id);
      assert(createdAt - last < 1_000, `${createdAt} behind ${last}`);
      last = createdAt;
    }
    await put(it.sync, rooms[1], messageOf("new", 99, "word"));
    await indexAll(it);
    next = page.next ?? undefined;
    isMore = next !== undefined;
  }
  assertEquals(seen.length, 210);
  assertEquals(new Set(seen).size, 210);
});

Deno.test("Of a long text the first 1,000 beginnings of words are found (T91)", async () => {
  const words = Array.from({ length: 1_100 }, (_, n) => `${n}x`).join(" ");
  using it = await withText(words);
  assertEquals(await texts(it, "ada", "400x"), [words]);
  assertEquals(await texts(it, "ada", "1099x"), []);
});

const WORDS = ["a", "an", "ant", "beta", "x_y", "東京", "京都", "Ünit", "🎉"];

/** The number behind all others, as those of new messages are. */
const BEHIND = 0;

Deno.test("After any history a search finds what looking through all messages finds (T90, T93)", async () => {
  const word = fc.constantFrom(...WORDS);
  const text = fc.array(word, { minLength: 1, maxLength: 5 })
    .map((words) => words.join(" "));
  const seq = fc.oneof(
    fc.constant(BEHIND),
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: CHUNK - 3, max: CHUNK + 3 }),
    fc.integer({ min: 1, max: 5 * CHUNK }),
  );
  const from = fc.constantFrom("Ada", "Bob Bean", "東");
  const step = fc.record({
    room: fc.constantFrom("A", "B"),
    seq,
    text: fc.option(text),
    from,
    indexes: fc.boolean(),
  });
  const query = fc.tuple(
    fc.array(word, { maxLength: 2 }),
    fc.constantFrom("", "from:bob", "from:東", "in:b", "after:2023-11-14"),
  ).map((parts) => parts.flat().join(" ").trim()).filter((q) => q !== "");
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.array(query, { minLength: 1, maxLength: 8 }),
      async (steps, queries) => {
        using it = await withRooms("A", "B");
        const writer = new IndexWriter(it.kv, it.sync);
        const there = new Map<string, Message & { room: string }>();
        const last = { A: 0, B: 0 };
        for (const { room, seq: at, text, from, indexes } of steps) {
          const seq = at === BEHIND ? last[room as "A"] + 1 : at;
          last[room as "A"] = Math.max(last[room as "A"], seq);
          const id = `${room}${seq}`;
          const roomID = it.rooms[room as "A"];
          if (text === null) {
            there.delete(id);
            await it.sync.write([`room:${roomID}`], async (tx) => {
              await tx.del(`message/${id}`);
            });
          } else {
            const message = messageOf(id, seq, text, { from });
            there.set(id, { ...message, room });
            await put(it.sync, roomID, message);
          }
          if (indexes) await writer.next(`room:${roomID}`);
        }
        await indexAll(it, writer);
        for (const text of queries) {
          const query = parseQuery(text);
          const expected = [...there.values()].filter((message) =>
            passes(query, message) &&
            (query.in.length === 0 || message.room === "B") &&
            relevance(searchedText(message), query.terms) !== undefined &&
            query.terms.every((term) => begins(searchedText(message), term))
          ).map(({ id }) => id);
          const found = await search(it, "ada", text);
          assertEquals(found.map(({ id }) => id).sort(), expected.sort(), text);
        }
      },
    ),
    { seed: chosenSeed(), numRuns: 60 },
  );
});

/** Whether a term stands in a text where a word begins, told by looking at each place. */
function begins(text: string, term: string): boolean {
  const goesOn = /[\p{L}\p{N}\p{M}]/u;
  const standsAlone = /[東京都]/;
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) {
    const [before, first] = [text[at - 1] ?? " ", text[at]];
    const inWord = goesOn.test(before) && goesOn.test(first) &&
      !standsAlone.test(before) && !standsAlone.test(first);
    if (!inWord) return true;
  }
  return false;
}

Deno.test("A search that has read its most answers with what it has, says how far it looked, and goes on from there (T95)", async () => {
  using it = await withRooms("Nest");
  // They begin alike for longer than the index can tell.
  const alike = "internationalization";
  const messages = Array.from(
    { length: 700 },
    (_, n) => messageOf(`m${n}`, n + 1, n === 10 ? `${alike}s` : alike),
  );
  for (let n = 0; n < 700; n += 100) {
    await put(it.sync, it.rooms.Nest, ...messages.slice(n, n + 100));
  }
  await indexAll(it);
  const first = await searchPage(it, "ada", `${alike}s`);
  assertEquals(first.messages, []);
  assertEquals(first.until, messages[400].createdAt);
  assert(first.next);
  const found = await texts(it, "ada", `${alike}s`);
  assertEquals(found, [`${alike}s`]);
});

Deno.test("However the times of a room's messages are chosen, an answer reads no more of the index than its most, and pages go on to the end (T95)", async () => {
  using it = await withRooms("Crafted", "Nest");
  const { kv, rooms: { Crafted, Nest } } = it;
  const hit = messageOf("hit", 1, "apple");
  await put(it.sync, Nest, hit);
  await indexAll(it);
  // Of each chunk one message has the latest time: all chunks end with the same second.
  const oldest = hit.createdAt / 1_000 - 1;
  const newest = oldest + 3;
  const space = `room:${Crafted}`;
  const every = Array.from({ length: CHUNK }, (_, place) => place);
  const times = encodeTimes(
    every.map((place) => ({ place, at: place === 0 ? newest : oldest })),
  );
  const [lookup] = lookupsOf(parseQuery("apple"));
  const terms = new Map(
    Array.from({ length: 200 }, (_, n) => [`${lookup.term}${n}`, every]),
  );
  const bucket = encodeBucket(terms);
  assert(bucket.length > 20_000 && bucket.length < 40_000);
  const chunks = 1_000;
  const spans: Uint8Array[] = [];
  for (let chunk = 0; chunk < chunks; chunk++) {
    const [n, at] = [Math.floor(chunk / SPANS), chunk % SPANS];
    const span = { from: oldest, to: newest };
    spans[n] = withSpan(spans[n] ?? new Uint8Array(), at, span);
    await kv.atomic().set(indexKeys.times(space, chunk), times)
      .set(indexKeys.terms(space, lookup.bucket, chunk), bucket)
      .commit();
  }
  for (const [n, record] of spans.entries()) {
    await kv.set(indexKeys.spans(space, n), record);
  }
  const most = 8_000_000 + 2 * 256 * (200 + bucket.length + times.length);
  const found: string[] = [];
  let passedOver = false;
  let next: string | undefined;
  do {
    let held = 0;
    const page = await searchPage(it, "ada", "apple", next, (bytes) => {
      held += bytes;
    });
    assert(held <= most, `${held} bytes behind ${next}`);
    assert(page.next !== next);
    passedOver ||= page.incomplete === true;
    found.push(...page.messages.map(({ id }) => id));
    next = page.next ?? undefined;
    // The messages of the oldest second are a million: nobody goes through all.
  } while (next !== undefined && found.length === 0);
  assertEquals(found, ["hit"]);
  assert(passedOver);
});

Deno.test("A chunk with more terms than its records hold is found in all the same (T95)", async () => {
  using it = await withRooms("Nest");
  const { Nest } = it.rooms;
  let n = 0;
  for (let i = 0; i < 12; i++) {
    // All of them in one bucket, and more than it has room for.
    const words = Array.from({ length: 700 }, () => `qq${1e9 + n++}`);
    await put(it.sync, Nest, messageOf(`m${i}`, i + 1, words.join(" ")));
  }
  await put(it.sync, Nest, messageOf("other", 20, "qqueer apples"));
  await indexAll(it);
  assertEquals(await texts(it, "ada", "qqueer"), ["qqueer apples"]);
  assertEquals(await texts(it, "ada", "apples"), ["qqueer apples"]);
  const [found] = await search(it, "ada", `qq${1e9 + 4_000}`);
  assertEquals(found.id, "m5");
});

Deno.test("What is read for an answer is told as it is read, and ends it where there is no memory (T46)", async () => {
  using it = await withText("apple");
  let held = 0;
  const find = (most: number) => {
    held = 0;
    return searchPage(it, "ada", "apple", undefined, (bytes) => {
      held += bytes;
      if (held > most) throw new Error("No memory.");
    });
  };
  await find(Infinity); // what is remembered then counts less
  assertEquals((await find(Infinity)).messages.length, 1);
  assert(held > 500 && held < 5_000, `${held}`);
  await assertRejects(() => find(held - 1), Error, "No memory.");
});

Deno.test("What is not indexed yet is said, and what is, is found (T90)", async () => {
  using it = await withRooms("Nest", "Attic");
  await put(it.sync, it.rooms.Nest, messageOf("a", 1, "apple"));
  assertEquals((await searchPage(it, "ada", "apple")).incomplete, true);
  await indexAll({ ...it, sync: it.sync });
  const page = await searchPage(it, "ada", "apple");
  assertEquals(page.messages.length, 1);
  assertEquals(page.incomplete, undefined);
});
