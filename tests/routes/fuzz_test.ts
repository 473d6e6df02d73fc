// Every endpoint under generated bodies: no 5xx, no crash, and nothing changes for a request that is refused.
import { assert, assertEquals } from "@std/assert";
import type { Arbitrary } from "fast-check";
import { type InnerApp, openApp } from "../support/app.ts";
import { mutatedJSON, rawBody } from "../support/mutated.ts";
import { permitted } from "../support/permitted.ts";
import { PrivateRoom } from "../support/private_room.ts";

/** How many bodies each endpoint is sent; CI sends 10,000. */
const BODIES = permitted ? Number(Deno.env.get("FUZZ_BODIES") ?? 1_000) : 0;
/** `FUZZ_SEED` replays a run; a failure prints its seed. */
const SEED = permitted ? Number(Deno.env.get("FUZZ_SEED") ?? Date.now()) : 0;

let app: InnerApp;
let room: PrivateRoom;
Deno.test.beforeAll(async () => {
  if (!permitted) return;
  app = await openApp();
  room = await PrivateRoom.make(app);
});
Deno.test.afterAll(async () => {
  if (permitted) await app[Symbol.asyncDispose]();
});

/** A request that is valid, to be mutated. Of a link's, the body is not read. */
type Valid = {
  path: () => string;
  body: unknown;
  form?: true;
  unread?: true;
};

const mutation = {
  id: 1,
  clientID: "c",
  name: "createMessage",
  args: { id: "m", content: "text", replyTo: "n" },
  timestamp: 1,
};
const cookie = {
  order: 3.0001,
  version: 3,
  mark: "m",
  window: 200,
  from: { "message/": null },
};
const envelope = { schemaVersion: "1", profileID: "p", clientGroupID: "g" };
const VALID: Record<string, Valid> = {
  push: {
    path: () => `/api/replicache/push?space=${room.space}`,
    body: { ...envelope, pushVersion: 1, mutations: [mutation] },
  },
  pull: {
    path: () => `/api/replicache/pull?space=${room.space}`,
    body: { ...envelope, pullVersion: 1, cookie },
  },
  session: { path: () => "/api/session", body: { name: "Ada" } },
  link: { path: () => "/api/session/link", body: {}, unread: true },
  rooms: {
    path: () => "/api/rooms",
    body: { name: "Room", visibility: "private" },
  },
  members: {
    path: () => `/api/rooms/${room.roomID}/members`,
    body: { invite: "secret" },
  },
  invites: { path: () => `/api/rooms/${room.roomID}/invites`, body: {} },
  presence: {
    path: () => `/api/presence?space=${room.space}`,
    body: { typing: true },
  },
  "the lobby's form": {
    path: () => "/",
    body: { name: "Room", visibility: "private" },
    form: true,
  },
  "the sign-in form": {
    path: () => "/signin",
    body: { name: "A" },
    form: true,
  },
  "the settings' form": {
    path: () => "/settings",
    body: { do: "name", name: "Ada" },
    form: true,
  },
  "the people's form": {
    path: () => `/rooms/${room.roomID}/people`,
    body: { do: "withdraw", id: "x" },
    form: true,
  },
};

for (const [name, valid] of Object.entries(VALID)) {
  Deno.test({
    name: `${name} stands ${BODIES || 1_000} generated bodies`,
    ignore: !permitted,
    fn: () => fuzz(valid),
  });
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const TYPES = [
  JSON_TYPE,
  FORM_TYPE,
  "multipart/form-data; boundary=x",
  "x",
  "",
];
/** So many requests come from one person: who makes a room a time has a long lobby. */
const OF_ONE = 50;

async function fuzz({ path, body, form, unread }: Valid): Promise<void> {
  const fc = await import("fast-check");
  const json = mutatedJSON(fc, body);
  const usual = form ? json.map(formOf) : json;
  const text = form ? formOf(JSON.stringify(body)) : JSON.stringify(body);
  const sent: Arbitrary<Sent> = fc.oneof(
    {
      weight: 4,
      arbitrary: usual.map((body) => ({
        type: form ? FORM_TYPE : JSON_TYPE,
        body,
      })),
    },
    {
      weight: 2,
      arbitrary: rawBody(fc, text).map((body) => ({
        type: form ? FORM_TYPE : JSON_TYPE,
        body,
      })),
    },
    fc.record({ type: fc.constantFrom(...TYPES), body: rawBody(fc, text) }),
  );
  let person = room.people.member;
  let count = 0;
  const answers = new Map<number, number>();
  const alarms: unknown[][] = [];
  const { error } = console;
  console.error = (...args) => alarms.push(args);
  const property = fc.asyncProperty(sent, async ({ type, body }) => {
    if (!path().includes(room.roomID) && count++ % OF_ONE === 0) {
      person = await app.signIn(`Fuzz ${count}`);
    }
    const before = app.commits();
    const headers = { "content-type": type };
    const { status, body: answer } = await person
      .ask(path(), { method: "POST", headers, body });
    answers.set(status, (answers.get(status) ?? 0) + 1);
    // A client that is newer than the server is asked to wait.
    const isNewer = status === 503 && /being updated/.test(answer.message);
    assert(status < 500 || isNewer, `${status} ${JSON.stringify(answer)}`);
    if (status >= 400) assertEquals(app.commits(), before, `${status} changed`);
    assertEquals(alarms, [], "Someone should look");
  });
  try {
    await fc.assert(property, { numRuns: BODIES, seed: SEED });
  } finally {
    console.error = error;
  }
  // Some are refused, and some are not: else nothing was tried.
  const refused = [...answers.keys()].filter((status) => status >= 400);
  assert(refused.length > 0 || unread, "None was refused");
  assert(refused.length < answers.size, "All were refused");
}

type Sent = { type: string; body: string | Uint8Array<ArrayBuffer> };

/** A JSON object as the fields of a form. */
function formOf(json: string): string {
  const body = json === "" ? {} : JSON.parse(json);
  if (body === null || typeof body !== "object") return json;
  return Object.entries(body).map((pair) =>
    pair.map((part) => {
      const text = typeof part === "string" ? part : JSON.stringify(part);
      return encodeURIComponent(text.toWellFormed());
    }).join("=")
  ).join("&");
}
