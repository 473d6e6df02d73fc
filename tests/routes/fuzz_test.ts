// Every endpoint under generated bodies: no 5xx, no crash, and nothing changes for a request that is refused.
import { assertEquals } from "@std/assert";
import { openApp } from "../support/app.ts";
import type {
  FuzzJob,
  ValidRequest,
  WorkerMessage,
} from "../support/fuzz_worker.ts";
import { POINT } from "../support/notice_world.ts";
import { permitted } from "../support/permitted.ts";
import { PrivateRoom } from "../support/private_room.ts";
import { routeFiles } from "../support/routes.ts";
import { chosenSeed, soaking } from "../support/seeds.ts";

const BODIES = soaking ? 10_000 : 1_000;
const BODIES_UNREAD = BODIES / 10; // where no body is read
const WORKERS = 2;

const mutation = {
  id: 1,
  clientID: "c",
  name: "createMessage",
  args: {
    id: "m",
    content: "text",
    replyTo: "n",
    files: [{ id: "0".repeat(64), name: "x", alt: "y" }],
  },
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

/** What takes a body, by the file of its route. */
const VALID: Record<string, ValidRequest> = {
  // First, as they go through the rooms and sessions that others make.
  "index.tsx": {
    path: "/",
    body: { name: "Room", visibility: "private" },
    form: true,
  },
  "new.tsx": {
    path: "/new",
    body: { name: "Room", visibility: "private" },
    form: true,
  },
  "settings/delete.tsx": {
    path: "/settings/delete",
    body: { name: "Ada" },
    form: true,
  },
  "api/account.ts": {
    path: "/api/account",
    body: { name: "Ada" },
    method: "DELETE",
  },
  "api/imports/index.ts": {
    path: "/api/imports",
    body: { source: "nest", visibility: "private", skip: true },
    by: "owner",
  },
  "api/imports/[import].ts": {
    path: "/api/imports/{importID}",
    body: { line: 1, lines: ['{"kvetch":"room"}', "{}"], last: false },
    by: "owner",
  },
  "api/replicache/push.ts": {
    path: "/api/replicache/push?space={space}",
    body: { ...envelope, pushVersion: 1, mutations: [mutation] },
  },
  "api/replicache/pull.ts": {
    path: "/api/replicache/pull?space={space}",
    body: { ...envelope, pullVersion: 1, cookie },
  },
  "api/session.ts": { path: "/api/session", body: { name: "Ada" } },
  "api/session/link.ts": { path: "/api/session/link" },
  "api/messages.ts": {
    path: "/api/messages",
    body: { people: [{ id: "{miaID}", name: "Mia" }] },
  },
  "api/rooms/index.ts": {
    path: "/api/rooms",
    body: { name: "Room", visibility: "private" },
  },
  "api/rooms/[room]/index.ts": {
    path: "/api/rooms/{roomID}",
    body: { visibility: "public" },
    method: "PATCH",
    by: "owner",
  },
  "api/rooms/[room]/members/index.ts": {
    path: "/api/rooms/{roomID}/members",
    body: { invite: "secret" },
  },
  "api/rooms/[room]/members/[user].ts": {
    path: "/api/rooms/{roomID}/members/{miaID}",
    body: { role: "owner" },
    method: "PATCH",
    by: "owner",
  },
  "api/rooms/[room]/bans/index.ts": {
    path: "/api/rooms/{roomID}/bans",
    body: { userID: "{miaID}" },
    by: "owner",
  },
  "api/rooms/[room]/messages.ts": {
    path: "/api/rooms/{roomID}/messages",
    body: { content: "text", replyTo: "m" },
    authorization: "Bearer {botToken}",
  },
  "api/rooms/[room]/invites/index.ts": {
    path: "/api/rooms/{roomID}/invites",
    body: {},
  },
  "api/subscription/index.ts": {
    path: "/api/subscription",
    body: {
      endpoint: "https://push.example/here",
      keys: { p256dh: POINT, auth: "A".repeat(22) },
      wanted: "mentions",
    },
  },
  "api/subscription/test.ts": { path: "/api/subscription/test" },
  "api/typing.ts": {
    path: "/api/typing?space={space}",
    body: { typing: true },
  },
  "api/uploads/index.ts": {
    path: "/api/uploads",
    body: { id: "{fileID}", size: 9, pieces: ["{uploadID}"] },
  },
  "api/uploads/[file]/index.ts": { path: "/api/uploads/{fileID}", by: "owner" },
  "signin.tsx": { path: "/signin", body: { name: "A" }, form: true },
  "signout.tsx": { path: "/signout" },
  "settings.tsx": {
    path: "/settings",
    body: { do: "name", name: "Ada" },
    form: true,
  },
  "link/[token].tsx": { path: "/link/{linkSecret}" },
  "invite/[room]/[secret].tsx": { path: "/invite/{roomID}/{secret}" },
  "rooms/[room].tsx": { path: "/rooms/{roomID}" },
  "rooms/[room]/bots.tsx": {
    path: "/rooms/{roomID}/bots",
    body: {
      do: "hook",
      id: "{botID}",
      name: "Robot",
      url: "https://example.org/",
      wants: "all",
    },
    form: true,
    by: "owner",
  },
  "rooms/[room]/people.tsx": {
    path: "/rooms/{roomID}/people",
    body: { do: "block", id: "x", name: "X" },
    form: true,
  },
};

const bodiesOf = ({ body }: ValidRequest) =>
  body === undefined ? BODIES_UNREAD : BODIES;

const seed = chosenSeed();
const results = new Map<string, PromiseWithResolvers<string | null>>();
for (const file in VALID) results.set(file, Promise.withResolvers());

let running: Promise<void> | undefined;

/** Has workers do all of it, so many at a time; each test awaits its own. */
async function runAll(): Promise<void> {
  const waiting = Object.entries(VALID);
  const lane = async (worker: Worker) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [file, valid] = next;
      const job: FuzzJob = { valid, bodies: bodiesOf(valid), seed };
      const told = newsOf(worker);
      worker.postMessage(job);
      const { failure } = await told as Exclude<WorkerMessage, "open">;
      results.get(file)!.resolve(failure);
    }
    worker.terminate();
  };
  for (let i = 0; i < WORKERS; i++) {
    const url = new URL("../support/fuzz_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    // One after the other: they read their settings from what they share.
    await newsOf(worker);
    lane(worker);
  }
}

/** What a worker tells next. What it dies of ends this run. */
const newsOf = (worker: Worker): Promise<WorkerMessage> =>
  new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => resolve(data);
  });

for (const [file, valid] of Object.entries(VALID)) {
  Deno.test({
    name: `${file} stands ${bodiesOf(valid)} generated bodies`,
    ignore: !permitted,
    async fn() {
      running ??= runAll();
      assertEquals(await results.get(file)!.promise, null, `SEED=${seed}`);
    },
  });
}

Deno.test({
  name: "every route that takes a POST or a PATCH is among them",
  ignore: !permitted,
  async fn() {
    await using app = await openApp();
    const { owner } = (await PrivateRoom.make(app)).people;
    const posted: string[] = [];
    for (const file of await routeFiles()) {
      // Whatever the parameters are: the method is looked at first.
      const path = file.replace(/(index)?\.tsx?$/, "").replaceAll(/[[\]]/g, "");
      const space = file.includes("replicache") ? "?space=room:general" : "";
      const { headers } = await owner
        .ask(`/${path.replace(/\/$/, "")}${space}`, { method: "OPTIONS" });
      if (/POST|PATCH/.test(headers.get("allow")!)) posted.push(file);
    }
    const known = Object.entries(VALID)
      .filter(([, { method }]) => method !== "DELETE").map(([file]) => file);
    assertEquals(posted, known.sort());
  },
});
