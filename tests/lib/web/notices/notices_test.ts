// Which closed devices are told of which messages, and what becomes of them by what the push service says.
import { assert, assertEquals } from "@std/assert";
import { msIn } from "../../../../lib/web/http/outgoing.ts";
import { noticeOf } from "../../../../lib/web/notices/notice_sender.ts";
import type { Message, Room } from "../../../../lib/chat/schema.ts";
import { NoticeWorld, ROOM, TAKEN } from "../../../support/notice_world.ts";
import { quiet } from "../../../support/quiet.ts";

const den = (story: (it: NoticeWorld) => Promise<void>) =>
  NoticeWorld.live(1, async (it) => {
    await it.makeRoom(["Ada", "Bob", "Cleo"]);
    await story(it);
  });

Deno.test("A device is told of mentions, or of every message, as it was chosen there, and never of what its person wrote (T82)", async () => {
  await den(async (it) => {
    await it.subscribe("ada");
    await it.subscribe("cleo", "all");
    await it.subscribe("bob", "all");
    await it.say("m1", "Good morning");
    await it.settle();
    await it.say("m2", "@Ada?");
    await it.settle();
    assertEquals(it.log.sort(), ["ada: m2", "cleo: m1", "cleo: m2"]);
  });
});

Deno.test("What is set for the room narrows it: mentions alone, or nothing (T82)", async () => {
  await den(async (it) => {
    await it.subscribe("ada", "all");
    await it.subscribe("cleo", "all");
    const setting = (notify: string) => ({ roomID: ROOM, notify });
    await it.set("ada", `settings/${ROOM}`, setting("mentions"));
    await it.set("cleo", `settings/${ROOM}`, setting("muted"));
    await it.say("m1", "Good morning");
    await it.say("m2", "@Ada? @Cleo?");
    await it.settle();
    assertEquals(it.log, ["ada: m2"]);
  });
});

Deno.test("Where two speak to each other all is told, unless the room is muted (T82)", async () => {
  await NoticeWorld.live(1, async (it) => {
    await it.makeRoom(["Ada", "Bob"], { direct: true } as object);
    await it.subscribe("ada");
    await it.say("m1", "Psst");
    await it.settle();
    assertEquals(it.log, ["ada: m1"]);
    assertEquals(it.told[0].notice.title, "bob");
    await it.set("ada", `settings/${ROOM}`, { roomID: ROOM, notify: "muted" });
    await it.say("m2", "Psst!");
    await it.settle();
    assertEquals(it.log, ["ada: m1"]);
  });
});

Deno.test("Nothing is told of what was read, deleted, or written by somebody blocked, meanwhile, nor to who has left (T84)", async () => {
  const meanwhile: Record<string, (it: NoticeWorld) => Promise<void>> = {
    read: (it) => it.read("ada"),
    blocked: (it) => it.set("ada", "blocked", [{ id: "bob", name: "Bob" }]),
    left: (it) => it.leave("ada"),
    deleted: (it) =>
      it.surely(({ sync }) =>
        sync.write(
          [`room:${ROOM}`],
          (there) => there.del("message/m1").then(() => {}),
        )
      ),
    "signed out": async (it) => {
      await it.world.soon(() => it.kv.delete(["session", "ada-phone"]));
    },
  };
  for (const [what, happens] of Object.entries(meanwhile)) {
    await den(async (it) => {
      await it.subscribe("ada");
      it.online.add("ada"); // so that it waits for a moment
      await it.say("m1", "@Ada?");
      await it.world.sleep(1_000);
      await happens(it);
      await it.settle();
      assertEquals(it.log, [], what);
    });
  }
});

Deno.test("One who has a page open on any device is told only of what they do not read there within seconds (T84)", async () => {
  await den(async (it) => {
    await it.subscribe("ada");
    it.online.add("ada");
    const said = it.world.now;
    await it.say("m1", "@Ada?");
    await it.settle();
    assertEquals(it.log, ["ada: m1"]);
    assert(it.told[0].at - said >= 4_000);
    await it.say("m2", "@Ada!");
    await it.read("ada");
    await it.settle();
    assertEquals(it.log, ["ada: m1"]);
  });
});

Deno.test("Each mention has a notice of its own, in their order; of other messages a room has one, of the newest (T82)", async () => {
  await den(async (it) => {
    await it.subscribe("ada");
    await it.subscribe("cleo", "all");
    await it.surely(({ sync }) =>
      sync.write([`room:${ROOM}`], async (there) => {
        for (let n = 1; n <= 6; n++) {
          const content = n < 6 ? `@Ada ${n}` : "And that is all";
          await there.set(`message/m${n}`, {
            ...{ id: `m${n}`, seq: n, authorID: "bob", from: "Bob" },
            ...{ content, createdAt: it.world.now, reactions: {} },
          });
        }
      })
    );
    await it.settle();
    assertEquals(
      it.log,
      [1, 2, 3, 4, 5].map((n) => `ada: m${n}`).concat("cleo: m6"),
    );
    await it.say("m7", "One more thing");
    await it.settle();
    const [first, second] = it.told.filter(({ userID }) => userID === "cleo");
    assertEquals(second.notice.tag, "m7");
    assertEquals(first.topic, second.topic);
    const topics = it.told.map(({ topic }) => topic);
    assertEquals(new Set(topics).size, 6);
    assert(topics.every((topic) => /^[\w-]{32}$/.test(topic)));
  });
});

Deno.test("A member who subscribed before they joined is told, as is one who joined before (T81)", async () => {
  await NoticeWorld.live(1, async (it) => {
    await it.makeRoom(["Bob", "Ada"]);
    await it.subscribe("ada");
    await it.subscribe("cleo");
    await it.join("Cleo");
    await it.settle();
    await it.say("m1", "@Ada @Cleo");
    await it.settle();
    assertEquals(it.log.sort(), ["ada: m1", "cleo: m1"]);
  });
});

Deno.test("All devices of a person are told, ten at most; an endpoint is one session's, that which named it last (T81)", async () => {
  await den(async (it) => {
    for (let n = 0; n < 12; n++) {
      await it.subscribe("ada", "mentions", `ada-${n}`);
      await it.world.sleep(10);
    }
    await it.say("m1", "@Ada");
    await it.settle();
    assertEquals(it.log.length, 10);
    // Cleo signs in where Ada was.
    const session = { userID: "cleo", sessionID: "cleo-phone" };
    await it.subscribe("cleo");
    const { value } = await it.surely(({ subscriptions }) =>
      subscriptions.of({ userID: "ada", sessionID: "ada-11" })
    );
    await it.surely(({ subscriptions }) => {
      const { endpoint, keys, wanted } = value!;
      return subscriptions.put(session, { endpoint, keys, wanted });
    });
    const left = await it.surely(({ subscriptions }) =>
      subscriptions.allOf("ada")
    );
    assertEquals(left.length, 9);
  });
});

Deno.test("A device that its push service does not know any more is forgotten; one whose service is busy is told later (T85)", async () => {
  using _ = quiet();
  for (const status of [404, 410]) {
    await den(async (it) => {
      await it.subscribe("ada");
      it.answer = () => ({ status, retryAfter: null });
      await it.say("m1", "@Ada");
      await it.settle();
      const left = await it.surely(({ subscriptions }) =>
        subscriptions.allOf("ada")
      );
      assertEquals(left, []);
    });
  }
  for (const status of [429, 500, 503]) {
    await den(async (it) => {
      await it.subscribe("ada");
      await it.subscribe("cleo");
      const isBusy = () => it.told.length === 0;
      const said = it.world.now;
      let tries = 0;
      it.answer = (userID) =>
        userID === "ada" && tries++ === 0
          ? { status, retryAfter: "90" }
          : { status: 201, retryAfter: null };
      await it.say("m1", "@Ada @Cleo");
      while (isBusy()) await it.world.sleep(100);
      assertEquals(it.log, ["cleo: m1"]);
      await it.settle();
      assertEquals(it.log, ["cleo: m1", "ada: m1"]);
      assert(it.told[1].at - said >= 90_000);
    });
  }
});

Deno.test("A subscription that the browser renews while the push service says that the old one is gone stays, and is told of that message, too (T85)", async () => {
  await den(async (it) => {
    await it.subscribe("ada", "mentions", "ada-old");
    const session = { userID: "ada", sessionID: "ada-old" };
    const { value } = await it.surely(({ subscriptions }) =>
      subscriptions.of(session)
    );
    const { keys, wanted, endpoint: old } = value!;
    const endpoint = "https://push.test/ada-new";
    let failed = false;
    it.answer = async (_, asked) => {
      if (asked !== old) return TAKEN;
      await it.surely(({ subscriptions }) =>
        subscriptions.put(session, { endpoint, keys, wanted })
      );
      failed = true;
      return { status: 410, retryAfter: null };
    };
    await it.say("m1", "@Ada");
    await it.settle();
    assert(failed);
    await it.say("m2", "@Ada");
    await it.settle();
    assertEquals(it.log, ["ada: m1", "ada: m2"]);
  });
});

Deno.test("Of more than ten the oldest goes, and not one that is renewed at that moment (T81)", async () => {
  await den(async (it) => {
    const put = (n: number) => it.subscribe("ada", "mentions", `ada-${n}`);
    for (let n = 0; n < 10; n++) {
      await put(n);
      await it.world.sleep(10);
    }
    let renewing: Promise<void> | undefined;
    let renewed = false;
    it.plan = ({ kind, changes }) => {
      const isEleventh = kind === "commit" &&
        changes.some(({ key, value }) => key[2] === "ada-10" && value);
      if (!isEleventh || renewed) return undefined;
      renewing ??= put(0).then(() => void (renewed = true));
      return "lost"; // and is tried again, until the other's commit has come before it
    };
    await put(10);
    await renewing;
    const left = await it.surely(({ subscriptions }) =>
      subscriptions.allOf("ada")
    );
    const ids = left.map(({ sessionID }) => sessionID);
    assert(ids.includes("ada-0"), ids.join());
    assertEquals(ids.length, 10);
  });
});

Deno.test("What a push service refuses for good is not sent again, and the log says so once (T85)", async () => {
  const told: unknown[][] = [];
  const { error } = console;
  console.error = (...args) => told.push(args);
  try {
    await den(async (it) => {
      await it.subscribe("ada");
      it.answer = () => ({ status: 403, retryAfter: null });
      for (const id of ["m1", "m2"]) await it.say(id, "@Ada");
      await it.settle();
    });
  } finally {
    console.error = error;
  }
  assertEquals(told.length, 1);
});

Deno.test("A wait that is asked for is between a second and an hour, in seconds or until a date (T85)", () => {
  const now = Date.UTC(2026, 0, 1);
  assertEquals(msIn(null, now), undefined);
  assertEquals(msIn("soon", now), undefined);
  assertEquals(msIn("0", now), 1_000);
  assertEquals(msIn("7", now), 7_000);
  assertEquals(msIn("999999999999", now), 3_600_000);
  assertEquals(msIn("Thu, 01 Jan 2026 00:01:00 GMT", now), 60_000);
  assertEquals(msIn("Thu, 01 Jan 1970 00:01:00 GMT", now), 1_000);
});

Deno.test("A notice is short and fits what one push may carry, however long names, texts and characters are (T86)", () => {
  const longest = "👨‍👩‍👧‍👦".repeat(10);
  const room = { id: "r".repeat(64), name: longest } as Room;
  for (const letter of ["x", "é", "👨‍👩‍👧‍👦", "e" + "\u0301".repeat(200), '\n"\\']) {
    const message: Message = {
      ...{ id: "m".repeat(64), seq: 1e9, authorID: "a", from: longest },
      ...{ content: letter.repeat(4_000).slice(0, 4_000), createdAt: 1e12 },
      reactions: {},
    };
    const notice = noticeOf(room, message);
    const { length } = new TextEncoder().encode(JSON.stringify(notice));
    assert(length < 3_800, `${length}`);
    assert([...notice.body].length <= 1_000);
  }
});
