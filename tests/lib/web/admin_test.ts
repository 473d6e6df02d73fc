// The operator's commands, on a store in memory.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Sync } from "../../../lib/sync/mod.ts";
import {
  commandIn,
  listPeople,
  usage,
  UsageError,
} from "../../../lib/web/admin.ts";
import { openSession } from "../../../lib/web/auth/session.ts";
import { signInLinkUser } from "../../../lib/web/auth/sign_in_link.ts";
import {
  actorOf,
  chatDomain,
  type ChatSync,
} from "../../../lib/web/chat/domain.ts";
import { writeAsBot } from "../../../lib/web/bots/bot_messages.ts";
import { botIDOf, makeBot } from "../../../lib/web/bots/bots.ts";
import { joinRoom } from "../../../lib/web/chat/members.ts";
import { makePerson, userOf } from "../../../lib/web/chat/profile.ts";
import { createRoom, seedGeneral } from "../../../lib/web/chat/rooms.ts";
import { gatedKv } from "../../support/gated_kv.ts";

const ada = { userID: "ada", name: "Ada" };
const bob = { userID: "bob", name: "Bob" };

async function open() {
  const kv = await Deno.openKv(":memory:");
  const sync: ChatSync = new Sync(kv, chatDomain);
  await seedGeneral(sync);
  for (const person of [ada, bob]) await makePerson(sync, person);
  const it = { kv, sync, origin: "https://chat.example" };
  return {
    ...it,
    /** What a command prints. */
    async run(...args: string[]): Promise<string[]> {
      const lines: string[] = [];
      await commandIn(args)(it, (line) => lines.push(line));
      return lines;
    },
    [Symbol.dispose]: () => kv.close(),
  };
}

/** A list's lines, as cells. */
const cells = (lines: string[]) => lines.map((line) => line.split("\t"));

/** Somebody writes so many messages in a room. */
async function write(
  sync: ChatSync,
  roomID: string,
  userID: string,
  count: number,
) {
  const clientID = crypto.randomUUID();
  await sync.push(`room:${roomID}`, actorOf(userID), {
    pushVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: clientID,
    mutations: Array.from({ length: count }, (_, i) => ({
      id: i + 1,
      clientID,
      name: "createMessage",
      args: { id: `${clientID}-${i}`, content: "x".repeat(100) },
      timestamp: 1,
    })),
  });
}

Deno.test("What can't be read as a command is a line that says how to write it (T39)", () => {
  const wrong = [
    [[], "help"],
    [["constructor"], "constructor"],
    [["people", "x"], "people"],
    [["ban"], "ban <userID|address> [days]"],
    [["ban", "a", "1", "2"], "ban <userID|address> [days]"],
    [["sign-in-link"], "sign-in-link <name|userID>"],
  ] as const;
  for (const [args, reason] of wrong) {
    const { message } = assertThrows(() => commandIn(args), UsageError);
    assertStringIncludes(message, reason);
    assert(!message.includes("\n"));
  }
  for (const name of ["people", "rooms", "delete-room", "unban"]) {
    assertStringIncludes(usage(), `  ${name} `);
  }
});

Deno.test("What is no address, no number of days or nobody's ID is refused, and changes nothing (T39)", async () => {
  using it = await open();
  const entries = () => Array.fromAsync(it.kv.list({ prefix: [] }));
  const before = (await entries()).map(({ versionstamp }) => versionstamp);
  for (const id of ["300.1.1.1", "1.2.3", "x:y", "1.2.3.4/8", ":", "."]) {
    await assertRejects(() => it.run("ban", id), UsageError, "no address");
  }
  for (const days of ["0", "-1", "1.5", "week", "36501", "999999"]) {
    await assertRejects(() => it.run("ban", "ada", days), UsageError, "days");
  }
  const nobody = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  for (const id of [nobody, "a b", "", "__proto__"]) {
    for (const command of ["ban", "end-sessions"]) {
      await assertRejects(() => it.run(command, id), Error, "no person");
    }
  }
  const link = () => it.run("sign-in-link", nobody);
  await assertRejects(link, Error, "no person");
  await assertRejects(
    () => it.run("sign-in-link", "\u202eevil"),
    Error,
    "name",
  );
  await assertRejects(() => it.run("unban", "ada"), Error, "not banned");
  await assertRejects(() => it.run("delete-room", "nest"), Error, "no such");
  await assertRejects(() => it.run("delete-room", "general"), Error, "General");
  await assertRejects(() => it.run("make-room", "ada", ""), Error, "name");
  const after = (await entries()).map(({ versionstamp }) => versionstamp);
  assertEquals(after, before);
});

Deno.test("A sign-in link is for a new person, or for one there is, whose older link then opens nothing (T39)", async () => {
  using it = await open();
  const secretIn = ([, url]: string[]) =>
    url.match(/^https:\/\/chat\.example\/link\/([\w-]{43})$/)![1];
  const made = secretIn(await it.run("sign-in-link", "Grace Hopper"));
  const grace = await signInLinkUser(it.kv, made);
  assertEquals((await userOf(it.sync, grace!))?.name, "Grace Hopper");
  const [member] = await it.sync.get("room:general", `member/${grace}`);
  assert(member);
  const newer = secretIn(await it.run("sign-in-link", grace!));
  assertEquals(await signInLinkUser(it.kv, newer), grace);
  assertEquals(await signInLinkUser(it.kv, made), null);
  await it.run("ban", "ada");
  const banned = () => it.run("sign-in-link", "ada");
  await assertRejects(banned, Error, "banned");
});

Deno.test("People are listed with their rooms, messages, bytes, and the day they were last here (T40)", async () => {
  using it = await open();
  const { sync, kv } = it;
  await openSession({ kv, sync }, "ada", false);
  const { roomID } = await createRoom(sync, ada, { name: "Nest" });
  await write(sync, roomID, "ada", 3);
  await write(sync, "general", "ada", 1);
  await write(sync, "general", "bob", 2);
  await it.run("ban", "bob");
  const [head, ...people] = cells(await it.run("people"));
  assertEquals(
    head.join(),
    "userID,name,rooms,messages,bytes,seen,banned until",
  );
  const today = new Date().toISOString().slice(0, 10);
  const told = people.map(([id, name, rooms, messages, bytes, ...more]) => {
    assert(Number(bytes) > 100 * Number(messages), `${bytes} bytes`);
    assert(Number(bytes) < 3_000, `${bytes} bytes`);
    return [id, name, rooms, messages, ...more].join();
  });
  assertEquals(told, [`ada,Ada,2,4,${today},-`, "bob,Bob,1,2,-,unban"]);
});

Deno.test("People beyond what is held in memory are listed all the same (T40)", async () => {
  using it = await open();
  for (let i = 0; i < 5; i++) {
    await makePerson(it.sync, { userID: `p${i}`, name: `P ${i}` });
    await write(it.sync, "general", `p${i}`, i);
  }
  const lines: string[] = [];
  await listPeople(it, (line) => lines.push(line), 3);
  const told = cells(lines.slice(1)).map(([id, , , messages]) => id + messages);
  assertEquals(told, ["ada0", "bob0", "p00", "p11", "p22", "p33", "p44"]);
});

Deno.test("Rooms are listed with their members, messages and bytes, and the day of the last message (T40)", async () => {
  using it = await open();
  const room = { name: "Nest", visibility: "private" };
  const { roomID } = await createRoom(it.sync, ada, room);
  await write(it.sync, roomID, "ada", 3);
  const [head, ...rooms] = cells(await it.run("rooms"));
  assertEquals(head.slice(3, 6).join(), "members,messages,bytes");
  const today = new Date().toISOString().slice(0, 10);
  const told = rooms.map(
    ([id, name, visibility, members, messages, bytes, last]) => {
      assert(Number(bytes) > 100 * Number(messages), `${bytes} bytes`);
      return [id, name, visibility, members, messages, last].join();
    },
  );
  assertEquals(told.sort(), [
    `${roomID},Nest,private,1,3,${today}`,
    "general,General,public,2,0,-",
  ]);
});

Deno.test("Bans are listed until they are lifted, of IPv6 by network (T41)", async () => {
  using it = await open();
  await it.run("ban", "ada");
  await it.run("ban", "2001:db8::1:2:3:4", "3");
  await it.run("ban", "192.0.2.1");
  const until = new Date(Date.now() + 3 * 86_400_000).toISOString();
  assertEquals(cells(await it.run("bans")), [
    ["banned", "until"],
    ["ada", "unban"],
    ["192.0.2.1", "unban"],
    ["2001:db8:0:0::/64", until.slice(0, 10)],
  ]);
  for (const id of ["ada", "2001:db8:0:0::/64", "::ffff:192.0.2.1"]) {
    await it.run("unban", id);
  }
  assertEquals((await it.run("bans")).length, 1);
});

Deno.test("The operator makes a room for a person, who owns it (T38)", async () => {
  using it = await open();
  const [line] = await it.run("make-room", "ada", "The Nest", "private");
  const space = `room:${line.replace("Made: ", "")}`;
  const [room, owner] = await it.sync.get(space, "room", "member/ada");
  assertEquals((room as { visibility: string }).visibility, "private");
  assertEquals((owner as { role: string }).role, "owner");
  const wrong = () => it.run("make-room", "ada", "X", "secret");
  await assertRejects(wrong, Error, "visibility");
});

/** A room of Ada's that Bob is in and both have written in. */
async function fillRoom(sync: ChatSync): Promise<string> {
  const { roomID } = await createRoom(sync, ada, { name: "Nest" });
  await joinRoom(sync, bob, roomID);
  await write(sync, roomID, "ada", 70);
  const { token } = await makeBot(sync, ada, roomID, { name: "Robot" });
  await writeAsBot(sync, roomID, botIDOf(token), "Hello", "a-key");
  await sync.write(["user:bob"], async (own) => {
    await own.set(`read/${roomID}`, { seq: 3 });
    await own.set(`draft/${roomID}`, { content: "Hm" });
    await own.set(`settings/${roomID}`, { roomID, favourite: true });
  });
  return roomID;
}

/** Nothing names a room but what its client groups and the logs of others hold. */
async function assertDeleted(kv: Deno.Kv, roomID: string) {
  const all = await Array.fromAsync(kv.list({ prefix: [] }));
  const left = all.map(({ key }) => key.join(" "))
    .filter((key) => key.includes(roomID));
  assertEquals(left, []);
}

Deno.test("A deleted room is gone with all that was written in it, in its members' spaces and the list too (T40)", async () => {
  using it = await open();
  const roomID = await fillRoom(it.sync);
  await it.run("delete-room", roomID);
  await assertDeleted(it.kv, roomID);
  await assertRejects(() => joinRoom(it.sync, bob, roomID), Error, "no such");
  assertEquals(await userOf(it.sync, "bob"), bob);
});

Deno.test("A room over whose deletion a process died can't be joined, and is deleted by doing it again (T40)", async () => {
  let deaths = 0;
  for (let commits = 1;; commits++) {
    using it = await open();
    const roomID = await fillRoom(it.sync);
    let left = commits;
    const dying = gatedKv(it.kv, async (call, run) => {
      if (left === 0) return await new Promise<never>(() => {});
      const result = await run();
      if (call.kind === "commit") left--;
      return result;
    });
    const { promise: died, resolve } = Promise.withResolvers<boolean>();
    const sync: ChatSync = new Sync(
      gatedKv(dying, (_call, run) => {
        if (left === 0) resolve(true);
        return run();
      }),
      chatDomain,
    );
    const deleting = commandIn(["delete-room", roomID])(
      { ...it, sync },
      () => {},
    ).then(() => false);
    const isDead = await Promise.race([died, deleting]);
    await assertRejects(() => joinRoom(it.sync, bob, roomID), Error, "no such");
    if (!isDead) {
      await assertDeleted(it.kv, roomID);
      break;
    }
    deaths++;
    await it.run("delete-room", roomID).catch(() => {}); // it may be gone
    await assertDeleted(it.kv, roomID);
  }
  assert(deaths > 5, `It died ${deaths} times only.`);
});
