// The routes by which a device asks to be told of messages while it is closed, and by which it does not any more.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { POINT } from "../support/notice_world.ts";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";

const PATH = "/api/subscription";
const keys = { p256dh: POINT, auth: "A".repeat(22) };
let serial = 0;
const subscription = () => ({
  endpoint: `https://push.example/${serial++}`,
  keys,
  wanted: "mentions",
});
const stop = (person: Person) => person.ask(PATH, { method: "DELETE" });
const wanted = async (person: Person) => (await person.get(PATH)).body.wanted;

/** What KV has of a person. */
async function stored(person: Person): Promise<number> {
  const prefix = ["subscription", person.userID];
  return (await Array.fromAsync(app.kv.list({ prefix }))).length;
}

test("a session has a subscription from when it asks for one until it says so (T81)", async () => {
  const ada = await app.signIn("Ada");
  assertEquals(await wanted(ada), null);
  assertEquals((await ada.post(PATH, subscription())).status, 204);
  assertEquals(await wanted(ada), "mentions");
  const all = { ...subscription(), wanted: "all" };
  assertEquals((await ada.post(PATH, all)).status, 204);
  assertEquals(await wanted(ada), "all");
  assertEquals(await stored(ada), 1);
  assertEquals((await stop(ada)).status, 204);
  assertEquals(await wanted(ada), null);
  assertEquals((await stop(ada)).status, 204);
});

test("it ends with its session, by signing out, by a sign-in link that is opened there, and with the account (T81)", async () => {
  const ways: ((ada: Person) => Promise<unknown>)[] = [
    (ada) => ada.ask("/api/session", { method: "DELETE" }),
    async (ada) => {
      const bob = await app.signIn("Bob");
      const { url } = (await bob.post("/api/session/link", {})).body;
      await ada.ask(new URL(url).pathname, { method: "POST" });
    },
    (ada) =>
      ada.ask("/api/account", {
        method: "DELETE",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "Ada" }),
      }),
  ];
  for (const way of ways) {
    const ada = await app.signIn("Ada");
    await ada.post(PATH, subscription());
    assertEquals(await stored(ada), 1);
    await way(ada);
    assertEquals(await stored(ada), 0);
  }
  await app.erased();
});

test("what browsers say of a subscription is checked strictly: its address, its keys, what is wanted (T81)", async () => {
  const ada = await app.signIn("Ada");
  const good = subscription();
  const point = (bytes: number[]) =>
    new Uint8Array(bytes).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    });
  const offCurve = point([4, ...Array(64).fill(1)]);
  const compressed = point([2, ...Array(32).fill(1)]);
  for (
    const [field, body] of [
      ["endpoint", { ...good, endpoint: undefined }],
      ["endpoint", { ...good, endpoint: "here" }],
      ["endpoint", { ...good, endpoint: "http://push.example/" }],
      ["endpoint", { ...good, endpoint: "https://ada:x@push.example/" }],
      ["endpoint", { ...good, endpoint: "https://127.0.0.1/" }],
      ["endpoint", { ...good, endpoint: "https://[::ffff:10.0.0.1]/" }],
      ["endpoint", {
        ...good,
        endpoint: `https://p.example/${"x".repeat(999)}`,
      }],
      ["keys", { ...good, keys: undefined }],
      ["keys: p256dh", { ...good, keys: { ...keys, p256dh: offCurve } }],
      ["keys: p256dh", { ...good, keys: { ...keys, p256dh: compressed } }],
      ["keys: p256dh", { ...good, keys: { ...keys, p256dh: "" } }],
      ["keys: auth", { ...good, keys: { ...keys, auth: "A".repeat(24) } }],
      ["keys: auth", {
        ...good,
        keys: { ...keys, auth: "A".repeat(21) + "%" },
      }],
      ["wanted", { ...good, wanted: "some" }],
      ["wanted", { ...good, wanted: undefined }],
    ] as const
  ) {
    const { status, body: said } = await ada.post(PATH, body);
    const what = JSON.stringify(body);
    assertEquals([status, said.error], [400, "bad-args"], what);
    assertMatch(said.message, new RegExp(`^${field}: .*\\.$`), what);
  }
  await stop(ada);
  assertEquals(await wanted(ada), null);
});

test("a notice to see whether it comes says what keeps it from coming (T87)", async () => {
  const ada = await app.signIn("Ada");
  const { status, body } = await ada.post(`${PATH}/test`, {});
  assertEquals([status, body.error], [404, "not-found"]);
  const endpoint = "https://localhost:1/";
  await ada.post(PATH, { ...subscription(), endpoint });
  const { warn } = console;
  let warned = "";
  console.warn = (...args) => warned += args.join(" ");
  const failed = await ada.post(`${PATH}/test`, {});
  console.warn = warn;
  assertEquals([failed.status, failed.body.error], [502, "push-service"]);
  assert(warned.includes("private network"));
  assert(!failed.body.message.includes("private network"));
});

test("the keys by which push services know the server are the same for all, and never tell the private one (T81)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const told = await Promise.all([ada, bob].map((each) => each.get(PATH)));
  const [one, other] = told.map(({ body }) => body);
  assertEquals(one, other);
  assertEquals(Object.keys(one).sort(), ["publicKey", "wanted"]);
  const bytes = Uint8Array.fromBase64(one.publicKey, { alphabet: "base64url" });
  assertEquals([bytes.length, bytes[0]], [65, 4]);
});
