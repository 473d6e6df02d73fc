// Bans of addresses as a process remembers them, and bans of accounts at the door.
import { assertEquals, assertRejects } from "@std/assert";
import { Sync } from "../../../../lib/sync/mod.ts";
import {
  AddressBans,
  banOf,
  bansIn,
  liftBan,
  setBan,
} from "../../../../lib/web/auth/bans.ts";
import {
  endSessions,
  openSession,
  sessionIn,
  Sessions,
  signIn,
} from "../../../../lib/web/auth/session.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import { gatedKv } from "../../../support/gated_kv.ts";
import { quiet } from "../../../support/quiet.ts";

const eve = { kind: "address", id: "192.0.2.7" } as const;

/** A process on a KV whose calls are counted, and fail while it is `away`; its clocks can be put on. */
async function open() {
  const kv = await Deno.openKv(":memory:");
  const it = { calls: 0, away: false, waitsFor: Promise.resolve() };
  const gated = gatedKv(kv, async (_call, run) => {
    it.calls++;
    await it.waitsFor;
    return it.away ? Promise.reject(new Error("KV is away")) : await run();
  });
  const [now, monotonic] = [Date.now, performance.now];
  return Object.assign(it, {
    kv,
    bans: new AddressBans(gated),
    putOn(ms: number) {
      Date.now = () => now() + ms;
      performance.now = () => monotonic.call(performance) + ms;
    },
    [Symbol.dispose]() {
      Date.now = now;
      performance.now = monotonic;
      kv.close();
    },
  });
}

/** Waits until this holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve));
}

Deno.test("Whether an address is banned costs a request no read, but for one of the signal in a second (T41)", async () => {
  using it = await open();
  await setBan(it.kv, { ...eve, until: null });
  await it.bans.refresh();
  it.calls = 0;
  for (let i = 0; i < 100; i++) it.bans.has(`192.0.2.${i}`);
  assertEquals(it.calls, 0);
  it.putOn(1_100);
  const answers = Array.from({ length: 100 }, () => it.bans.has(eve.id));
  assertEquals([new Set(answers), it.calls], [new Set([true]), 1]);
  await it.bans.refresh();
});

Deno.test("A ban that another process sets or lifts, or that is over, counts from the first look after a second (T41)", async () => {
  using it = await open();
  await it.bans.refresh();
  await setBan(it.kv, { ...eve, until: Date.now() + 5_000 });
  assertEquals(it.bans.has(eve.id), false);
  it.putOn(1_100);
  await until(() => it.bans.has(eve.id));
  assertEquals(it.bans.has("192.0.2.70"), false);
  it.putOn(6_000); // KV may have it yet
  assertEquals(it.bans.has(eve.id), false);
  assertEquals(await banOf(it.kv, eve), null);
  assertEquals(await Array.fromAsync(bansIn(it.kv)), []);
  await setBan(it.kv, { ...eve, until: null });
  it.putOn(8_000);
  await until(() => it.bans.has(eve.id));
  assertEquals(await liftBan(it.kv, eve), true);
  assertEquals(await liftBan(it.kv, eve), false);
  it.putOn(10_000);
  await until(() => !it.bans.has(eve.id));
});

Deno.test("While KV is away a ban holds as it was last known, and the log says once that it is (T41)", async () => {
  using it = await open();
  await setBan(it.kv, { ...eve, until: null });
  await it.bans.refresh();
  it.away = true;
  using said = quiet();
  for (const ms of [1_100, 2_200, 3_300]) {
    it.putOn(ms);
    it.calls = 0;
    // What failed before is over once another look begins.
    await until(() => it.bans.has(eve.id) && it.calls === 1);
    assertEquals(it.bans.has("192.0.2.8"), false);
  }
  await assertRejects(() => it.bans.refresh(), Error, "away");
  assertEquals(said.told.length, 1);
});

Deno.test("While KV never answers a ban holds as it was last known, and KV is asked once (T41, T50)", async () => {
  using it = await open();
  const { kv } = it;
  await setBan(kv, { ...eve, until: null });
  await it.bans.refresh();
  it.calls = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  it.waitsFor = promise;
  await liftBan(kv, eve);
  for (const ms of [1_100, 2_200, 3_300]) {
    it.putOn(ms);
    assertEquals([it.bans.has(eve.id), it.calls], [true, 1]);
  }
  resolve();
  await until(() => !it.bans.has(eve.id));
});

Deno.test("No session of a banned account is opened, however the two meet, until the ban is over (T41)", async () => {
  using it = await open();
  const { kv } = it;
  const sync = new Sync(kv, chatDomain);
  const { user: { userID } } = await signIn({ kv, sync }, { name: "A" }, false);
  const account = { kind: "account", id: userID } as const;
  const ban = async () => {
    await setBan(kv, { ...account, until: Date.now() + 60_000 });
    await endSessions(kv, userID);
  };
  const comeIn = () => openSession({ kv, sync }, userID, false);
  for (let i = 0; i < 20; i++) {
    await liftBan(kv, account);
    const opened = Array.from({ length: 4 }, comeIn);
    const [, ...outcomes] = await Promise.allSettled([ban(), ...opened]);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") continue;
      const headers = { cookie: outcome.value };
      const request = new Request("http://app.test/", { headers });
      const found = await sessionIn(new Sessions(kv), request, false);
      assertEquals(found, null);
    }
  }
  await assertRejects(comeIn, Error, "banned until");
  assertEquals(await Array.fromAsync(kv.list({ prefix: ["session"] })), []);
  it.putOn(61_000);
  await comeIn();
});
