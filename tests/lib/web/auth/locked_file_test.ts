// Keys of the app's own on a file that another process has locked for a moment: what a request asks for is tried again.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Sync, SyncError } from "../../../../lib/sync/mod.ts";
import { AccountDeletions } from "../../../../lib/web/auth/account_deletion.ts";
import { banOf, liftBan, setBan } from "../../../../lib/web/auth/bans.ts";
import {
  openSession,
  sessionIn,
  Sessions,
  signIn,
  signOut,
} from "../../../../lib/web/auth/session.ts";
import {
  makeSignInLink,
  revokeSignInLink,
  signInLinkUser,
} from "../../../../lib/web/auth/sign_in_link.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import { vapidKeys } from "../../../../lib/web/notices/vapid_keys.ts";
import { Typing } from "../../../../lib/web/live/typing.ts";
import { type Gate, gatedKv } from "../../../support/gated_kv.ts";
import { Timers } from "../../../support/timers.ts";

const LOCKED = new TypeError("database is locked");
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * A KV of which commits fail as on a locked file: `lock(n)`, the next n.
 * `late`: they are done for all that, which nobody is told.
 */
async function openLockable() {
  const plain = await Deno.openKv(":memory:");
  let [locked, late] = [0, false];
  const gate: Gate = async ({ kind }, run) => {
    if (kind !== "commit" || locked === 0) return await run();
    locked--;
    if (late) await run();
    throw LOCKED;
  };
  const kv = gatedKv(plain, gate);
  const sync = new Sync(kv, chatDomain);
  const { user, cookie } = await signIn({ kv, sync }, { name: "Ada" }, false);
  return {
    kv,
    sync,
    user,
    request: new Request("http://app.test/", { headers: { cookie } }),
    lock: (commits: number, areLate = false) =>
      [locked, late] = [commits, areLate],
    isUnlocked: () => locked === 0,
    [Symbol.dispose]() {
      sync.close();
      plain.close();
    },
  };
}

type Lockable = Awaited<ReturnType<typeof openLockable>>;

const DEEDS: Record<string, (it: Lockable) => Promise<void>> = {
  async "a new sign-in link opens its account, and ends the one before"(it) {
    const before = await makeSignInLink(it.kv, it.user.userID);
    it.lock(3);
    const secret = await makeSignInLink(it.kv, it.user.userID);
    assertEquals(await signInLinkUser(it.kv, secret), it.user.userID);
    assertEquals(await signInLinkUser(it.kv, before), null);
    it.lock(1, true);
    const late = await makeSignInLink(it.kv, it.user.userID);
    assertEquals(await signInLinkUser(it.kv, late), it.user.userID);
    assertEquals(await signInLinkUser(it.kv, secret), null);
  },
  async "a link is revoked"(it) {
    const secret = await makeSignInLink(it.kv, it.user.userID);
    it.lock(3);
    await revokeSignInLink(it.kv, it.user.userID);
    assertEquals(await signInLinkUser(it.kv, secret), null);
  },
  async "a session is opened"(it) {
    it.lock(3);
    const cookie = await openSession(it, it.user.userID, false);
    const request = new Request("http://app.test/", { headers: { cookie } });
    const found = await sessionIn(new Sessions(it.kv), request, false);
    assertEquals(found?.session.userID, it.user.userID);
  },
  async "a session is prolonged"(it) {
    const { now } = Date;
    Date.now = () => now() + 2 * DAY_MS;
    try {
      it.lock(3);
      const found = await sessionIn(new Sessions(it.kv), it.request, false);
      assert(found?.cookie?.includes(`Max-Age=${30 * DAY_MS / 1000}`));
    } finally {
      Date.now = now;
    }
  },
  async "a session is ended"(it) {
    const found = await sessionIn(new Sessions(it.kv), it.request, false);
    it.lock(3);
    await signOut({ kv: it.kv, session: found!.session }, false);
    assertEquals(
      await sessionIn(new Sessions(it.kv), it.request, false),
      null,
    );
  },
  async "an account is banned, and the ban is lifted"(it) {
    const account = { kind: "account", id: it.user.userID } as const;
    it.lock(3);
    await setBan(it.kv, { ...account, until: null });
    assert(await banOf(it.kv, account));
    it.lock(3);
    await liftBan(it.kv, account);
    assertEquals(await banOf(it.kv, account), null);
  },
  async "the keys for push services are made"(it) {
    it.lock(3);
    assertEquals(await vapidKeys(it.kv), await vapidKeys(it.kv));
  },
  async "it is told who is typing"(it) {
    const typist = { space: "room:a", userID: it.user.userID };
    it.lock(3);
    await new Typing(it.kv, it.sync).record(typist, true);
  },
  async "an account is deleted"(it) {
    const deletions = new AccountDeletions(it.kv, it.sync);
    deletions.stop(); // the rest is for another process
    it.lock(3);
    await deletions.delete(it.user.userID);
    assertEquals(
      await sessionIn(new Sessions(it.kv), it.request, false),
      null,
    );
  },
};

for (const [what, deed] of Object.entries(DEEDS)) {
  Deno.test(`While another process has the file locked for a moment, ${what} (T8)`, async () => {
    using it = await openLockable();
    using _timers = new Timers();
    await deed(it);
    assert(it.isUnlocked(), "It was never locked");
  });
}

Deno.test("What stays locked is unavailable, and says so to who asked (T8)", async () => {
  using it = await openLockable();
  using _timers = new Timers();
  const { now } = Date;
  let time = now();
  Date.now = () => time += 300; // each look at the clock is later
  try {
    it.lock(Infinity);
    const { problem, cause } = await assertRejects(
      () => makeSignInLink(it.kv, it.user.userID),
      SyncError,
    );
    assertEquals([problem, cause], ["unavailable", LOCKED]);
  } finally {
    Date.now = now;
  }
});
