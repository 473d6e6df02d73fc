// What is told on streams along with pokes: exactly what a pull would have brought, to whom may have it.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../../lib/sync/mod.ts";
import { eventsOf, type PokeEvent } from "../../support/events.ts";
import {
  ada,
  bob,
  Client,
  domain,
  openSync,
} from "../../support/counter_domain.ts";

const always = () => Promise.resolve(true);

// deno-lint-ignore no-explicit-any -- events of every shape
type Event = { event: string; data: any };

/** A copy with a stream, as a browser has both; `confirm` as in `StreamHooks`. */
class Listener extends Client {
  confirmed = 0;
  #events!: AsyncGenerator<PokeEvent>;

  async listen(confirm = always): Promise<void> {
    const stream = await this.sync.poke(["s"], always, {
      copies: this.groupID,
      confirm: () => {
        this.confirmed++;
        return confirm();
      },
    });
    this.#events = eventsOf(stream.getReader());
    await this.next(); // where the space stands
  }

  async next(): Promise<Event> {
    const { value } = await this.#events.next();
    return value as Event;
  }

  /** The next poke, and the patch before it. */
  async news(): Promise<Event["data"] | undefined> {
    const first = await this.next();
    if (first.event === "poke") return undefined;
    assertEquals(first.event, "patch");
    assertEquals((await this.next()).event, "poke");
    return first.data;
  }

  async pullNoted() {
    const answer = await this.sync.pull("s", this.user, {
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: this.groupID,
      cookie: this.cookie,
    }, { mayRead: always, copies: this.groupID });
    assert(!("error" in answer));
    const body = JSON.parse([...answer].join(""));
    this.take(body);
    return body;
  }

  // deno-lint-ignore no-explicit-any -- an answer
  take({ patch, cookie }: any) {
    for (const { op, key, value } of patch) {
      if (op === "clear") this.view.clear();
      else if (op === "put") this.view.set(key, value);
      else this.view.delete(key);
    }
    this.cookie = cookie;
  }

  end() {
    return this.#events.return(undefined);
  }
}

Deno.test("a poke brings what is new to a copy whose cookie is known, and its next cookie, again and again (K8)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync, ada);
  const listener = new Listener(it.sync, bob);
  await listener.listen();
  await listener.pullNoted();
  for (const id of ["a", "b", "c"]) {
    await writer.push(writer.mutation("add", { id }));
    const news = await listener.news();
    assertEquals(news.base, listener.cookie);
    assertEquals(news.clientGroupID, listener.groupID);
    listener.take(news);
  }
  await writer.push(writer.mutation("del", { key: "item/b" }));
  listener.take(await listener.news());
  const fresh = new Client(it.sync, bob);
  await fresh.pull();
  assertEquals(listener.seen, fresh.seen);
  // The cookie is as good as one that was pulled.
  assertEquals((await listener.pullNoted()).patch, []);
  await listener.end();
});

Deno.test("a poke brings nothing where the cookie is not known, is another's, or where too much has changed (K8)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync, ada);
  const listener = new Listener(it.sync, bob);
  await listener.listen();
  await writer.push(writer.mutation("add", { id: "a" }));
  assertEquals(await listener.news(), undefined); // it has never pulled
  await listener.pullNoted();
  const value = "x".repeat(9_000);
  await writer.push(writer.mutation("put", { key: "large", value }));
  assertEquals(await listener.news(), undefined);
  await writer.push(writer.mutation("put", { key: "small", value: 1 }));
  assertEquals(await listener.news(), undefined); // still behind the large one
  await listener.pullNoted();
  await writer.push(writer.mutation("put", { key: "small", value: 2 }));
  assert(await listener.news());
  await listener.end();
});

Deno.test("a poke tells a group nothing of its own mutations: they are confirmed by a pull (K8, L3)", async () => {
  await using it = await openSync();
  const listener = new Listener(it.sync, bob);
  const other = new Listener(it.sync, ada);
  for (const each of [listener, other]) {
    await each.listen();
    await each.pullNoted();
  }
  await listener.push(listener.mutation("add", { id: "mine" }));
  assertEquals(await listener.news(), undefined);
  assert(await other.news());
  // Refused ones as well; and a refusal is told to nobody else.
  await listener.pullNoted();
  await listener.push(listener.mutation("refuse", { code: "no" }));
  assertEquals(await listener.news(), undefined);
  assertEquals((await other.news()).patch, []);
  for (const each of [listener, other]) await each.end();
});

Deno.test("a poke brings a user's own rejections to their other copies alone (K8, P6)", async () => {
  await using it = await openSync();
  const [own, others] = [
    new Listener(it.sync, bob),
    new Listener(it.sync, ada),
  ];
  for (const each of [own, others]) {
    await each.listen();
    await each.pullNoted();
  }
  const device = new Client(it.sync, bob);
  await device.push(device.mutation("refuse", { code: "no" }));
  const [{ key }] = (await own.news()).patch;
  assert(key.startsWith("rejection/"));
  assertEquals((await others.news()).patch, []);
  for (const each of [own, others]) await each.end();
});

Deno.test("a poke brings nothing while it is not known who may still read (K8, L7)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync, ada);
  let asked = Promise.withResolvers<boolean>();
  asked.resolve(true);
  const listener = new Listener(it.sync, bob);
  const stream = await it.sync.poke(["s"], () => asked.promise, {
    copies: listener.groupID,
  });
  const events = eventsOf(stream.getReader());
  await events.next();
  await listener.pullNoted();
  const next = async () => (await events.next()).value as Event;
  await writer.push(writer.mutation("put", { key: "k", value: 1 }));
  assertEquals([(await next()).event, (await next()).event], ["patch", "poke"]);
  await listener.pullNoted();
  asked = Promise.withResolvers(); // KV takes its time
  await writer.push(writer.mutation("put", { key: "key/bob", value: "gone" }));
  await writer.push(writer.mutation("put", { key: "secret", value: 1 }));
  const said = [(await next()).event];
  asked.resolve(false);
  for await (const { event } of events) said.push(event);
  assert(!said.includes("patch"), `${said}`);
  assertEquals(said.at(-1), "gone");
});

Deno.test("a poke brings nothing to who was signed out by then, and nothing when that can't be found out (K8)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync, ada);
  const listener = new Listener(it.sync, bob);
  let fails = false;
  await listener.listen(() =>
    fails ? Promise.reject(new Error("KV is away")) : always()
  );
  await listener.pullNoted();
  await writer.push(writer.mutation("put", { key: "k", value: 1 }));
  assert(await listener.news());
  assertEquals(listener.confirmed, 1);
  fails = true;
  const { error } = console;
  console.error = () => {};
  await writer.push(writer.mutation("put", { key: "k", value: 2 }));
  assertEquals(await listener.news(), undefined);
  console.error = error;
  await listener.end();
});

Deno.test("a poke does not wait for long to hear who may go on (K8)", async () => {
  await using it = await openSync();
  const listener = new Listener(it.sync, bob);
  await listener.listen(() => new Promise<never>(() => {}));
  await listener.pullNoted();
  const writer = new Client(it.sync, ada);
  await writer.push(writer.mutation("put", { key: "k", value: 1 }));
  assertEquals(await listener.news(), undefined);
  await listener.end();
});

Deno.test("a poke brings nothing that was committed while it was asked who may go on: that comes with the next (K8, L7)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync, ada);
  const listener = new Listener(it.sync, bob);
  const asked: ReturnType<typeof Promise.withResolvers<boolean>>[] = [];
  let isAsked = Promise.withResolvers<void>();
  await listener.listen(() => {
    const each = Promise.withResolvers<boolean>();
    asked.push(each);
    isAsked.resolve();
    return each.promise;
  });
  await listener.pullNoted();
  const put = (value: number) =>
    writer.push(writer.mutation("put", { key: "k", value }));
  await put(1);
  await isAsked.promise;
  isAsked = Promise.withResolvers();
  await put(2);
  asked[0].resolve(true);
  const first = await listener.news();
  assertEquals(first.patch.map(({ value }: { value: number }) => value), [1]);
  assertEquals(first.version, first.cookie.version);
  await isAsked.promise;
  asked[1].resolve(true);
  const second = await listener.news();
  assertEquals(second.base, first.cookie);
  assertEquals(second.patch.map(({ value }: { value: number }) => value), [2]);
  await listener.end();
});

Deno.test("a poke brings what another process has written, and nothing under the Reset strategy (K8, L9)", async () => {
  await using it = await openSync();
  const listener = new Listener(it.sync, bob);
  await listener.listen();
  await listener.pullNoted();
  const other = new Sync(it.kv, domain);
  const writer = new Client(other, ada);
  await writer.push(writer.mutation("add", { id: "a" }));
  listener.take(await listener.news());
  assertEquals(listener.view.get("count"), 1);
  await listener.end();
  other.close();

  const reset = new Sync(it.kv, domain, { strategy: "reset" });
  const whole = new Listener(reset, bob);
  await whole.listen();
  await whole.pullNoted();
  await new Client(reset, ada).push(
    new Client(reset, ada).mutation("add", { id: "b" }),
  );
  assertEquals(await whole.news(), undefined);
  await whole.end();
  reset.close();
});
