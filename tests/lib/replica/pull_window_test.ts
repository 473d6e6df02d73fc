// What a window asks for, with a server that answers and one that does not.
import { assertEquals, assertRejects } from "@std/assert";
import { createPuller } from "../../../lib/replica/http/push_pull.ts";
import { Transport } from "../../../lib/replica/http/transport.ts";
import type { Outbox } from "../../../lib/replica/outbox/outbox.ts";
import {
  gapsIn,
  type Poke,
  type PullCookie,
  PullWindow,
} from "../../../lib/replica/pull_window.ts";

const newsAt = (order: number) => ({
  cookie: { order },
  lastMutationIDChanges: {},
  patch: [],
});
const news = newsAt(1);
const lost = { error: "ClientStateNotFound", lastMutationIDs: {} };

/** A window whose pulls are answered so; as Replicache's, they never reject. */
function windowOf(...answers: (object | Error)[]) {
  const { fetch } = globalThis;
  const asked: string[] = [];
  globalThis.fetch = (url) => {
    asked.push(`${url}`);
    const answer = answers.shift()!;
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve(Response.json(answer));
  };
  const window = new PullWindow({ window: 200 });
  const puller = createPuller(
    new Transport({}),
    ({ window, around }) => `/${window}${around?.key ?? ""}`,
    {
      window,
      outbox: { group: () => Promise.resolve(undefined) } as unknown as Outbox,
      pusher: () => Promise.reject(new Error("Nothing is to be pushed")),
      onGroupLost: () => Promise.resolve(),
    },
  );
  return {
    window,
    asked,
    /** Gives back the copy's cookie, which does not change unless told. */
    async pull(cookie: Partial<PullCookie> = {}): Promise<PullCookie> {
      await puller({ clientGroupID: "g" } as never, "").catch(() => {});
      return { order: 1, version: 1, from: {}, ...cookie };
    },
    [Symbol.dispose]: () => void (globalThis.fetch = fetch),
  };
}

Deno.test("A window that the server does not answer for is not there, and is asked for no longer (R18)", async () => {
  for (const answer of [new Error("No network"), lost]) {
    const answers = Array<typeof answer>(9).fill(answer);
    using pulls = windowOf(news, ...answers);
    const { window, pull } = pulls;
    await pull();
    await assertRejects(() => window.widen(400, () => pull()));
    assertEquals(window.wanted, { window: 200 });
  }
});

Deno.test("A window is there once a pull has asked for it, though one that was under way had not (R18)", async () => {
  using pulls = windowOf(news, news);
  const { window, asked, pull } = pulls;
  const early = pull();
  while (asked.length === 0) await new Promise((wait) => setTimeout(wait));
  await window.widen(400, () => pull());
  await early;
  assertEquals(asked, ["/200", "/400"]);
  await window.widen(300, () => pull());
  assertEquals(asked.length, 2);
});

Deno.test("What is around a member is asked for until an answer has come into the copy, and by later pulls as well (R18)", async () => {
  const answers = [news, newsAt(2), newsAt(3), newsAt(3)];
  using pulls = windowOf(...answers);
  const { window, asked, pull } = pulls;
  const early = pull();
  while (asked.length === 0) await new Promise((wait) => setTimeout(wait));
  // The first answer had not been asked for it; the second, of the order 2, finds another copy.
  const orders = [1, 3];
  await window.bring({ key: "m/1" }, () => pull({ order: orders.shift() }));
  await early;
  await pull();
  assertEquals(asked, ["/200", "/200m/1", "/200m/1", "/200m/1"]);
});

Deno.test("What is around a member is asked for again where another tab's copy, as new but without it, has taken the place of this one's (R18)", async () => {
  const ranges = [{ prefix: "m/", from: 10, to: 20 }];
  const from = { "m/": 90 };
  const answer = {
    ...newsAt(2),
    cookie: { order: 2, version: 2, from, ranges },
  };
  using pulls = windowOf(answer, answer);
  const { window, asked, pull } = pulls;
  const cookies = [{ order: 2, version: 2, from }, {
    order: 2,
    version: 2,
    from,
    ranges,
  }];
  await window.bring({ key: "m/1" }, () => pull(cookies.shift()));
  assertEquals(asked, ["/200m/1", "/200m/1"]);
});

Deno.test("What was lost is pulled again until it is in the copy; without an answer it is not, and that ends (R18)", async () => {
  const ranges = [{ prefix: "m/", from: 10, to: 20 }];
  const from = { "m/": 90 };
  const answer = {
    ...newsAt(2),
    cookie: { order: 2, version: 2, from, ranges },
  };
  const lacks = { order: 2, version: 2, from };
  const whole = { order: 2, version: 2, from, ranges };
  using pulls = windowOf(answer, answer, answer, new Error("No network"));
  const { window, asked, pull } = pulls;
  await window.bring({ key: "m/1" }, () => pull(whole));
  const cookies = [lacks, whole];
  const pullNext = () => pull(cookies.shift());
  assertEquals(await window.restore(lacks, pullNext), true);
  assertEquals(asked.length, 3);
  assertEquals(await window.restore(whole, pullNext), false);
  assertEquals(await window.restore(lacks, () => pull(lacks)), true);
  assertEquals(asked.length, 4);
});

Deno.test("What the server does not answer for is asked for no longer, and what was asked for before still is (R18)", async () => {
  using pulls = windowOf(
    news,
    ...Array<Error>(5).fill(new Error("No network")),
  );
  const { window, pull } = pulls;
  const first = { key: "m/1" };
  await window.bring(first, () => pull());
  await assertRejects(() =>
    window.bring({ key: "m/", order: 7 }, () => pull())
  );
  assertEquals(window.wanted, { window: 200, around: first });
});

Deno.test("What pokes have brought answers a pull where it leads from the copy's cookie to the newest version told, and nothing more is wanted (R13)", () => {
  const at = (version: number) => ({ order: version, version, from: {} });
  const step = (from: number, to: number, clientGroupID = "g") => ({
    version: to,
    clientGroupID,
    base: at(from),
    cookie: at(to),
    patch: [to],
  });
  const taken = (pokes: Poke[], from: number) => {
    const window = new PullWindow({});
    for (const poke of pokes) window.keep(poke);
    const answer = window.take("g", at(from));
    return answer && [...answer.patch, answer.cookie];
  };
  const three = [step(1, 2), step(2, 4), step(4, 5)];
  assertEquals(taken(three, 1), [2, 4, 5, at(5)]);
  assertEquals(taken(three, 4), [5, at(5)]);
  assertEquals(taken(three, 5), undefined); // the server may know more
  assertEquals(taken(three, 3), undefined);
  assertEquals(taken([], 1), undefined);
  // Only a pull brings what a bare poke, another group's or a later step is about.
  assertEquals(taken([...three, { version: 6 }], 1), undefined);
  assertEquals(taken([...three, step(5, 6, "other")], 1), undefined);
  assertEquals(taken([step(1, 2), step(4, 5)], 1), undefined);
  assertEquals(taken([{ version: 6 }, step(1, 2)], 1), undefined);
  assertEquals(taken([step(1, 2), step(1, 3)], 1), undefined);
  // As many are kept as are bounded.
  const many = Array.from({ length: 30 }, (_, i) => step(i, i + 1));
  assertEquals(taken(many, 10)?.length, 21);
  assertEquals(taken(many, 9), undefined);

  const window = new PullWindow({ window: 200 });
  window.keep(step(1, 2));
  assertEquals(window.take("g", at(1)), undefined); // it has not been answered yet
});

Deno.test("gapsIn() names what is missing between the newest and the ranges, and below them (R18)", () => {
  const ranges = [
    { prefix: "m/", from: 10, to: 20 },
    { prefix: "m/", from: 40, to: 50 },
    { prefix: "m/", from: 20, to: 30 },
    { prefix: "x/", from: 60, to: 70 },
    { prefix: "m/", from: 42, to: 45 },
  ];
  const gaps = (bound: number | null, more: typeof ranges = []) =>
    gapsIn(
      {
        order: 1,
        version: 1,
        from: { "m/": bound },
        ranges: [...ranges, ...more],
      },
      "m/",
    );
  const below = { from: null, to: 10 };
  assertEquals(gaps(90), [{ from: 50, to: 90 }, { from: 30, to: 40 }, below]);
  assertEquals(gaps(50), [{ from: 30, to: 40 }, below]);
  assertEquals(gaps(25), [below]);
  assertEquals(gaps(5), [{ from: null, to: 5 }]);
  assertEquals(gaps(null), []);
  const first = { prefix: "m/", from: null as never, to: 10 };
  assertEquals(gaps(50, [first]), [{ from: 30, to: 40 }]);
  assertEquals(gapsIn({ order: 1, version: 1, from: { "m/": 7 } }, "m/"), [{
    from: null,
    to: 7,
  }]);
});

Deno.test("A copy of another tab that lacks what was brought is found out, once (R18)", async () => {
  const ranges = [{ prefix: "m/", from: 10, to: 20 }];
  const cookie = { order: 2, version: 2, from: { "m/": 90 } };
  const answer = { ...newsAt(2), cookie: { ...cookie, ranges } };
  const lacks = async (other: Partial<PullCookie>) => {
    using pulls = windowOf(answer);
    const { window, pull } = pulls;
    await window.bring({ key: "m/1" }, () => pull({ order: 2 }));
    const all = { ...cookie, ...other };
    return [window.hasLost(all), window.hasLost(all)];
  };
  const others = [{ prefix: "m/", from: 5, to: 15 }];
  assertEquals(await lacks({}), [true, false]);
  assertEquals(await lacks({ ranges: others }), [true, false]);
  const both = [...others, { prefix: "m/", from: 15, to: 30 }];
  assertEquals(await lacks({ ranges: both }), [false, false]);
  assertEquals(await lacks({ from: { "m/": 10 } }), [false, false]);
  assertEquals(await lacks({ from: { "m/": 91 }, ranges }), [true, false]);
  assertEquals(await lacks({ from: { "m/": null } }), [false, false]);
});
