// When the server is asked for the list of rooms.
import { assert, assertEquals } from "@std/assert";
import { ListRequests } from "../../islands/parts/rooms/list_requests.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

Deno.test("The list is asked for three seconds after a poke of which nothing tells, each poke for itself (A23)", async () => {
  using page = new Page();
  const { clock, requests, asked } = page;
  await clock.pass(20_000);
  requests.await("room:a");
  await clock.pass(2_900);
  requests.told("room:a");
  requests.await("room:b"); // a moment before the first is due
  await clock.pass(2_900);
  assertEquals(asked, []);
  await clock.pass(200);
  assertEquals(asked, [25_900]);
});

Deno.test("A room that is poked all the time is asked for all the same, once in ten seconds (A23)", async () => {
  using page = new Page();
  const { clock, requests, asked } = page;
  for (let i = 0; i < 34; i++) {
    requests.await("room:a");
    await clock.pass(1_000);
  }
  assertEquals(asked, [3_000, 13_000, 23_000, 33_000]);
});

Deno.test("What changes while the list is under way is asked for again (A23)", async () => {
  using page = new Page();
  const { clock, requests, asked } = page;
  const answer = page.hold();
  requests.await("room:a");
  await clock.pass(3_000);
  requests.await("room:a");
  answer();
  await clock.pass(60_000);
  assertEquals(asked, [3_000, 13_000]);
});

Deno.test("A list that does not come is asked for again, ever less often, though no poke tells of anything (A23)", async () => {
  using page = new Page();
  const { clock, requests, asked } = page;
  page.isAway = true;
  await requests.now();
  await clock.pass(3_600_000);
  const pauses = asked.slice(1).map((at, i) => at - asked[i]);
  assert(pauses[0] >= 10_000 && pauses[0] <= 20_000, `${pauses}`);
  assert(pauses.slice(1, 5).every((each, i) => each > pauses[i] / 2 * 1.9));
  assert(pauses.at(-1)! >= 150_000 && pauses.at(-1)! <= 300_000, `${pauses}`);

  page.isAway = false;
  await clock.pass(300_000);
  const { length } = asked;
  await clock.pass(3_600_000);
  assertEquals(asked.length, length, "after an answer nothing is owed");
});

Deno.test("Nothing is asked for once the page is left (A23)", async () => {
  using page = new Page();
  const { clock, requests, asked } = page;
  requests.await("room:a");
  requests.close();
  requests.await("room:b");
  await requests.now();
  await clock.pass(60_000);
  assertEquals(asked, []);
});

/** A page whose time passes as a test lets it. */
class Page implements Disposable {
  readonly clock = new VirtualClock();
  readonly #warn = console.warn;
  /** When the list was asked for. */
  readonly asked: number[] = [];
  isAway = false;
  #answered: Promise<void> = Promise.resolve();
  readonly requests = new ListRequests(async () => {
    this.asked.push(this.clock.now);
    await this.#answered;
    if (this.isAway) throw new TypeError("no network");
  });

  constructor() {
    console.warn = () => {};
  }

  /** Answers nothing until what is returned is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = promise;
    return resolve;
  }

  [Symbol.dispose](): void {
    this.requests.close();
    this.clock[Symbol.dispose]();
    console.warn = this.#warn;
  }
}
