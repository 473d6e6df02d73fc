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

const eve = { kind: "address", id: "192.0.2.7" } as const;

/** A process on a KV whose calls are counted, and fail while it is `away`; its clocks can be put on. */
async function open() {
  const kv = await Deno.openKv(":memory:");
  const it = { calls: 0, away: false };
  const gated = gatedKv(kv, (_call, run) => {
    it.calls++;
    return it.away ? Promise.reject(new Error("KV is away")) : run();
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

Deno.test("Whether an address is banned costs a request no read, but for one of the signal in a second (T41)", async () => {
  using it = await open();
  await setBan(it.kv, { ...eve, until: null });
  assertEquals(await it.bans.has(eve.id), true);
  it.calls = 0;
  for (let i = 0; i < 100; i++) await it.bans.has(`192.0.2.${i}`);
  assertEquals(it.calls, 0);
  it.putOn(1_100);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => it.bans.has(eve.id)),
  );
  assertEquals([new Set(answers), it.calls], [new Set([true]), 1]);
});

Deno.test("A ban that another process sets or lifts, or that is over, counts within a second (T41)", async () => {
  using it = await open();
  assertEquals(await it.bans.has(eve.id), false);
  await setBan(it.kv, { ...eve, until: Date.now() + 5_000 });
  it.putOn(1_100);
  assertEquals(await it.bans.has(eve.id), true);
  assertEquals(await it.bans.has("192.0.2.70"), false);
  it.putOn(6_000); // KV may have it yet
  assertEquals(await it.bans.has(eve.id), false);
  assertEquals(await banOf(it.kv, eve), null);
  assertEquals(await Array.fromAsync(bansIn(it.kv)), []);
  await setBan(it.kv, { ...eve, until: null });
  it.putOn(8_000);
  assertEquals(await it.bans.has(eve.id), true);
  assertEquals(await liftBan(it.kv, eve), true);
  assertEquals(await liftBan(it.kv, eve), false);
  it.putOn(10_000);
  assertEquals(await it.bans.has(eve.id), false);
});

Deno.test("While KV is away a ban holds as it was last known, and the log says once that it is (T41)", async () => {
  using it = await open();
  await setBan(it.kv, { ...eve, until: null });
  await it.bans.refresh();
  it.away = true;
  const { error } = console;
  let logged = 0;
  console.error = () => logged++;
  try {
    for (const ms of [1_100, 2_200, 3_300]) {
      it.putOn(ms);
      assertEquals(await it.bans.has(eve.id), true);
      assertEquals(await it.bans.has("192.0.2.8"), false);
    }
    assertEquals(logged, 1);
  } finally {
    console.error = error;
  }
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
