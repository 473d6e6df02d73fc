// Every route, asked by everybody: made from the list of route files, so that a new one without an entry fails.
import { assert, assertEquals } from "@std/assert";
import { APP } from "../support/app.ts";
import { POINT } from "../support/notice_world.ts";
import type { Person } from "../support/person.ts";
import { jpeg } from "../support/pictures.ts";
import { PrivateRoom, type Role, ROLES } from "../support/private_room.ts";
import { textOf } from "../support/encoded.ts";
import { routeFiles } from "../support/routes.ts";
import { app, appTest } from "../support/shared_app.ts";

/**
 * One request, and how it is answered to each role, in their order. A person
 * who is banned is answered as one who was removed, unless that is given.
 */
type Deed = {
  what: string;
  method: string;
  path(room: PrivateRoom): string;
  json?(room: PrivateRoom): unknown;
  form?(room: PrivateRoom): Record<string, string>;
  bytes?(room: PrivateRoom): Uint8Array<ArrayBuffer>;
  statuses: number[];
  banned?: number;
  /** Words of the room that the answer may show to who is not in it. */
  shows?: string[];
};

type Path = Deed["path"];
type Body<T> = (room: PrivateRoom) => T;
const deed = (method: string) =>
(
  path: string | Path,
  statuses: number[],
  more: Partial<Deed> = {},
): Deed => ({
  what: "",
  method,
  path: typeof path === "string" ? () => path : path,
  statuses,
  ...more,
});
const get = deed("GET");
const del = deed("DELETE");
const json = (
  path: string | Path,
  body: Body<unknown>,
  statuses: number[],
  what = "",
) => deed("POST")(path, statuses, { json: body, what });
const patch = (
  path: Path,
  body: Body<unknown>,
  statuses: number[],
  what = "",
) => deed("PATCH")(path, statuses, { json: body, what });
const form = (
  path: string | Path,
  body: Body<Record<string, string>>,
  statuses: number[],
  what = "",
) => deed("POST")(path, statuses, { form: body, what });

const SUBSCRIPTION = {
  endpoint: "https://push.example/here",
  keys: { p256dh: POINT, auth: "A".repeat(22) },
  wanted: "mentions",
};
const page: Path = ({ roomID }) => `/rooms/${roomID}`;
const bots: Path = ({ roomID }) => `/rooms/${roomID}/bots`;
const people: Path = ({ roomID }) => `/rooms/${roomID}/people`;
const api: Path = ({ roomID }) => `/api/rooms/${roomID}`;
const invite: Path = ({ roomID, secret }) => `/invite/${roomID}/${secret}`;
const wrongInvite: Path = ({ roomID }) => `/invite/${roomID}/${"A".repeat(43)}`;
const owners: Path = ({ people }) => `user:${people.owner.userID}`;
const sync = (name: string, space: Path): Path => (room) =>
  `/api/replicache/${name}?space=${space(room)}`;
const here: Path = ({ space }) => space;

const envelope = { schemaVersion: "1", profileID: "p", cookie: null };
const push = (groupID: Body<string>, name: string, args: Body<unknown>) =>
(
  room: PrivateRoom,
) => ({
  ...envelope,
  pushVersion: 1,
  clientGroupID: groupID(room),
  mutations: [{
    id: 1,
    clientID: "a-client",
    name,
    args: args(room),
    timestamp: 1,
  }],
});
const pull = (groupID: Body<string>) => (room: PrivateRoom) => ({
  ...envelope,
  pullVersion: 1,
  clientGroupID: groupID(room),
});
const fresh = () => crypto.randomUUID();
const owned = ({ groupID }: PrivateRoom) => groupID;
const message = () => ({ id: crypto.randomUUID(), content: "x" });
const rejection = ({ clientID }: PrivateRoom) => ({ clientID, mutationID: 2 });

//            nobody, outsider, removed, member, owner (and banned, as removed)
const OPEN = [200, 200, 200, 200, 200];
const SIGNED = [401, 200, 200, 200, 200];
const MADE = [401, 201, 201, 201, 201];
const DONE = [401, 204, 204, 204, 204];
const PAGE = [303, 200, 200, 200, 200];
const FORM = [303, 303, 303, 303, 303];
const SIGNED_MEMBERS = [401, 404, 404, 200, 200];
const MEMBERS_DO = [401, 404, 404, 204, 204];

const OWNERS_FILE = [401, 404, 404, 404, 200];
const NOT_THERE = [401, 404, 404, 404, 404];

/** Done to Mia, the second member. */
const theirs = (what: string): Body<Record<string, string>> => ({ mia }) => ({
  do: what,
  id: mia.userID,
  name: mia.name,
});
const OWNER_FORMS = [303, 404, 404, 403, 303];
const OWNER_DOES = [401, 404, 404, 403, 204];

const MATRIX: Record<string, Deed[]> = {
  "index.tsx": [
    get("/", PAGE),
    form("/", () => ({ name: "New", visibility: "private" }), FORM),
  ],
  "new.tsx": [
    get("/new", PAGE),
    form("/new", () => ({ name: "New", visibility: "private" }), FORM),
  ],
  "messages.tsx": [get("/messages", PAGE)],
  "inbox.tsx": [get("/inbox", PAGE)],
  "rooms/index.tsx": [get("/rooms", PAGE)],
  "offline.tsx": [get("/offline", OPEN)],
  "bots.tsx": [get("/bots", OPEN)],
  "rooms/[room]/bots.tsx": [
    get(bots, [303, 404, 404, 403, 200]),
    form(
      bots,
      () => ({ do: "make", name: "Another" }),
      [303, 404, 404, 403, 200],
      "make",
    ),
    form(
      bots,
      ({ botID }) => ({
        do: "hook",
        id: botID,
        url: "https://example.org/",
        wants: "all",
      }),
      [303, 404, 404, 403, 200],
      "hook",
    ),
    form(
      bots,
      () => ({ do: "remove-hook", id: "none" }),
      OWNER_FORMS,
      "remove a hook",
    ),
    form(
      bots,
      ({ botID }) => ({ do: "remove", id: botID }),
      OWNER_FORMS,
      "remove",
    ),
  ],
  "signin.tsx": [
    get("/signin", [200, 303, 303, 303, 303]),
    form("/signin", () => ({ name: "Again" }), FORM),
  ],
  "signout.tsx": [get("/signout", PAGE), form("/signout", () => ({}), FORM)],
  "settings.tsx": [
    get("/settings", PAGE),
    form("/settings", () => ({ do: "name", name: "Other" }), FORM),
    form("/settings", () => ({ do: "link" }), PAGE, "a new link"),
    form("/settings", () => ({ do: "revoke" }), FORM, "no link"),
    form("/settings", () => ({ do: "unblock", id: "x" }), FORM, "unblock"),
  ],
  "settings/delete.tsx": [
    get("/settings/delete", PAGE),
    form("/settings/delete", () => ({ name: "Wrong" }), [
      ...[303, 400, 400, 400, 400],
    ], "another name"),
    form("/settings/delete", () => ({ name: "Member" }), [
      ...[303, 400, 400, 303, 400],
    ], "the member's name"),
  ],
  "link/[token].tsx": [
    get(({ linkSecret }) => `/link/${linkSecret}`, OPEN),
    get(`/link/${"A".repeat(43)}`, [404, 404, 404, 404, 404]),
    form(`/link/${"A".repeat(43)}`, () => ({}), [404, 404, 404, 404, 404]),
  ],
  "invite/[room]/[secret].tsx": [
    get(invite, [303, 200, 200, 303, 303], {
      shows: ["Hidden Nest"],
      banned: 404,
    }),
    deed("POST")(invite, [303, 303, 303, 303, 303], {
      form: () => ({}),
      banned: 404,
    }),
    get(wrongInvite, [303, 404, 404, 404, 404]),
    form(wrongInvite, () => ({}), [303, 404, 404, 303, 303]),
  ],
  "rooms/[room].tsx": [
    get(page, [303, 404, 404, 200, 200]),
    form(page, () => ({}), [303, 404, 404, 303, 303]),
  ],
  "rooms/[room]/people.tsx": [
    get(people, [303, 404, 404, 200, 200]),
    form(
      people,
      ({ mia }) => ({ do: "remove", id: mia.userID }),
      [303, 404, 404, 403, 303],
      "remove",
    ),
    form(people, () => ({ do: "invite" }), [303, 404, 404, 200, 200], "invite"),
    form(
      people,
      ({ inviteID }) => ({ do: "withdraw", id: inviteID }),
      [303, 404, 404, 403, 303],
      "withdraw",
    ),
    form(people, theirs("owner"), OWNER_FORMS, "make an owner"),
    form(people, theirs("ban"), OWNER_FORMS, "ban"),
    form(
      people,
      ({ people: { banned } }) => ({ do: "allow", id: banned.userID }),
      OWNER_FORMS,
      "allow again",
    ),
    form(people, theirs("remove-messages"), OWNER_FORMS, "remove messages"),
    form(people, theirs("message"), FORM, "direct messages"),
    form(people, theirs("block"), FORM, "block, which is in one's own space"),
    form(people, () => ({ do: "leave" }), [303, 404, 404, 303, 303], "leave"),
  ],
  "api/session.ts": [
    get("/api/session", SIGNED),
    json("/api/session", () => ({ name: "Name" }), OPEN),
    del("/api/session", [204, 204, 204, 204, 204]),
  ],
  "api/account.ts": [
    del("/api/account", [401, 400, 400, 204, 400], {
      json: () => ({ name: "Member" }),
      what: "the member's name",
    }),
    del("/api/account", [401, 400, 400, 400, 204], {
      json: () => ({ name: "Owner" }),
      what: "the owner's name",
    }),
  ],
  "api/account/data.ts": [get("/api/account/data", SIGNED)],
  "import.tsx": [get("/import", PAGE)],
  "api/imports/index.ts": [
    json("/api/imports", () => ({
      source: crypto.randomUUID(),
      visibility: "private",
      skip: false,
    }), SIGNED),
  ],
  "api/imports/[import].ts": [
    json(
      "/api/imports/unknown",
      () => ({ line: 1, lines: [], last: false }),
      NOT_THERE,
      "one that was not begun",
    ),
    json(
      ({ importID }) => `/api/imports/${importID}`,
      () => ({ line: 1, lines: [], last: false }),
      OWNERS_FILE,
      "the owner's",
    ),
    del(({ importID }) => `/api/imports/${importID}`, [
      ...[401, 404, 404, 404, 204],
    ]),
  ],
  "api/rooms/[room]/export.ts": [
    get((room) => `${api(room)}/export`, [401, 404, 404, 403, 200]),
    get("/api/rooms/general/export", [401, 403, 403, 403, 403], {
      what: "a public one",
      banned: 403,
    }),
  ],
  "api/session/link.ts": [
    json("/api/session/link", () => ({}), MADE),
    del("/api/session/link", DONE),
  ],
  "api/messages.ts": [
    json(
      "/api/messages",
      ({ mia }) => ({ people: [{ id: mia.userID }] }),
      SIGNED,
      "all are in General",
    ),
    json(
      "/api/messages",
      () => ({ people: [{ id: "nobody" }] }),
      NOT_THERE,
      "with nobody",
    ),
  ],
  "api/rooms/index.ts": [
    get("/api/rooms", SIGNED),
    json("/api/rooms", () => ({ name: "New", visibility: "private" }), MADE),
  ],
  "api/search.ts": [
    get("/api/search?q=nest", SIGNED),
    get("/api/search", [401, 400, 400, 400, 400]),
  ],
  "api/rooms/[room]/index.ts": [
    patch(api, () => ({ visibility: "private" }), [401, 404, 404, 403, 204]),
    patch(api, () => ({ visibility: "?" }), [401, 404, 404, 403, 400], "wrong"),
  ],
  "api/rooms/[room]/members/index.ts": [
    json((room) => `${api(room)}/members`, () => ({}), MEMBERS_DO),
    json(
      (room) => `${api(room)}/members`,
      () => ({ invite: "A".repeat(43) }),
      MEMBERS_DO,
      "a wrong invitation",
    ),
    json(
      (room) => `${api(room)}/members`,
      ({ inviteID }) => ({ invite: inviteID }),
      MEMBERS_DO,
      "what members see of an invitation",
    ),
  ],
  "api/rooms/[room]/members/me.ts": [
    del((room) => `${api(room)}/members/me`, MEMBERS_DO),
  ],
  "api/rooms/[room]/members/[user].ts": [
    del(
      (room) => `${api(room)}/members/${room.mia.userID}`,
      [401, 404, 404, 403, 204],
    ),
    patch(
      (room) => `${api(room)}/members/${room.mia.userID}`,
      () => ({ role: "owner" }),
      OWNER_DOES,
      "to owner",
    ),
    patch(
      (room) => `${api(room)}/members/${room.people.owner.userID}`,
      () => ({ role: "member" }),
      [401, 404, 404, 403, 403],
      "the last owner",
    ),
  ],
  "api/rooms/[room]/bans/index.ts": [
    json(
      (room) => `${api(room)}/bans`,
      ({ mia }) => ({ userID: mia.userID }),
      OWNER_DOES,
    ),
    json(
      (room) => `${api(room)}/bans`,
      ({ people }) => ({ userID: people.outsider.userID }),
      [401, 404, 404, 403, 404],
      "who never was a member",
    ),
  ],
  "api/rooms/[room]/bans/[user].ts": [
    del(
      (room) => `${api(room)}/bans/${room.people.banned.userID}`,
      OWNER_DOES,
    ),
  ],
  "api/rooms/[room]/messages.ts": [
    // By a bot's token alone, which is no person's.
    json(
      (room) => `${api(room)}/messages`,
      () => ({ content: "x" }),
      [401, 401, 401, 401, 401],
    ),
    del((room) => `${api(room)}/messages?by=${room.mia.userID}`, OWNER_DOES),
  ],
  "api/rooms/[room]/invites/index.ts": [
    json(
      (room) => `${api(room)}/invites`,
      () => ({}),
      [401, 404, 404, 201, 201],
    ),
  ],
  "api/rooms/[room]/invites/[invite].ts": [
    del(
      (room) => `${api(room)}/invites/${room.inviteID}`,
      [401, 404, 404, 403, 204],
    ),
  ],
  "api/subscription/index.ts": [
    get("/api/subscription", [401, 200, 200, 200, 200]),
    json("/api/subscription", () => SUBSCRIPTION, DONE),
    del("/api/subscription", DONE),
  ],
  "api/subscription/test.ts": [
    json("/api/subscription/test", () => ({}), [401, 404, 404, 404, 404]),
  ],
  "api/typing.ts": [
    json(
      ({ space }) => `/api/typing?space=${space}`,
      () => ({ typing: true }),
      MEMBERS_DO,
    ),
    json(
      (room) => `/api/typing?space=${owners(room)}`,
      () => ({ typing: true }),
      [401, 404, 404, 404, 403],
      "in the owner's own space",
    ),
  ],
  "api/replicache/push.ts": [
    json(
      sync("push", here),
      push(fresh, "createMessage", message),
      SIGNED_MEMBERS,
    ),
    json(
      sync("push", here),
      push(owned, "createMessage", message),
      [401, 404, 404, 403, 200],
      "another's client group",
    ),
    json(
      sync("push", () => "room:general"),
      push(owned, "createMessage", message),
      [401, 403, 403, 403, 403],
      "another's client group, to a room that all may see",
    ),
    json(
      sync("push", here),
      push(fresh, "dismissRejection", rejection),
      SIGNED_MEMBERS,
      "another's rejection",
    ),
    json(
      sync("push", owners),
      push(fresh, "setProfile", () => ({ name: "Mallory" })),
      [401, 404, 404, 404, 200],
      "another's own space",
    ),
    json(
      sync("push", owners),
      push(fresh, "blockPerson", ({ mia }) => ({ id: mia.userID, name: "M" })),
      [401, 404, 404, 404, 200],
      "a block, in another's own space",
    ),
    json(
      sync("push", () => "directory"),
      push(fresh, "createMessage", message),
      [401, 403, 403, 403, 403],
      "the directory",
    ),
  ],
  "api/replicache/pull.ts": [
    json(sync("pull", here), pull(fresh), SIGNED_MEMBERS),
    json(
      sync("pull", here),
      pull(owned),
      [401, 404, 404, 403, 200],
      "another's client group",
    ),
    json(
      sync("pull", owners),
      pull(fresh),
      [401, 404, 404, 404, 200],
      "another's own space",
    ),
    json(sync("pull", () => "directory"), pull(fresh), SIGNED, "the directory"),
  ],
  "api/replicache/poke.ts": [
    get(sync("poke", here), SIGNED_MEMBERS),
    get(sync("poke", owners), [401, 404, 404, 404, 200]),
    get(
      (room) => `${sync("poke", here)(room)}&space=directory`,
      SIGNED,
      { what: "among others" },
    ),
  ],
  "api/uploads/index.ts": [
    json(
      "/api/uploads",
      ({ uploadID, piece }) => ({
        id: uploadID,
        size: piece.length,
        pieces: [uploadID],
      }),
      SIGNED,
      "each their own",
    ),
  ],
  "api/uploads/[file]/index.ts": [
    json(
      ({ uploadID }) => `/api/uploads/${uploadID}`,
      () => ({}),
      [401, 404, 404, 404, 409],
      "one that lacks a piece",
    ),
    json(
      ({ fileID }) => `/api/uploads/${fileID}`,
      () => ({}),
      OWNERS_FILE,
      "one that is whole",
    ),
    del(({ uploadID }) => `/api/uploads/${uploadID}`, [
      ...[401, 404, 404, 404, 204],
    ]),
    del(({ fileID }) => `/api/uploads/${fileID}`, [
      ...[401, 404, 404, 404, 204],
    ], { what: "one that a message has, which stays" }),
  ],
  "api/uploads/[file]/[piece].ts": [
    deed("PUT")(
      ({ uploadID }) => `/api/uploads/${uploadID}/${uploadID}`,
      [401, 404, 404, 404, 204],
      { bytes: ({ piece }) => piece },
    ),
    deed("PUT")(
      ({ uploadID, fileID }) => `/api/uploads/${uploadID}/${fileID}`,
      [401, 404, 404, 404, 404],
      { bytes: ({ piece }) => piece, what: "a piece of another file" },
    ),
  ],
  "api/files/[room]/[message]/[file].ts": [
    get(
      ({ roomID, fileID }) => `/api/files/${roomID}/m/${fileID}`,
      SIGNED_MEMBERS,
    ),
    get(
      ({ fileID }) => `/api/files/general/m/${fileID}`,
      NOT_THERE,
      { what: "in another room" },
    ),
    get(
      ({ roomID, fileID }) => `/api/files/${roomID}/n/${fileID}`,
      NOT_THERE,
      { what: "of another message" },
    ),
    get(
      ({ roomID, uploadID }) => `/api/files/${roomID}/m/${uploadID}`,
      NOT_THERE,
      { what: "that is not in the message" },
    ),
  ],
  "api/avatar.ts": [
    deed("PUT")("/api/avatar", SIGNED, { bytes: () => jpeg(128, 128) }),
    del("/api/avatar", DONE),
  ],
  "api/avatars/[user]/[avatar].ts": [
    get(
      ({ people, avatar }) => `/api/avatars/${people.owner.userID}/${avatar}`,
      SIGNED,
      { what: "of somebody who is in General, as they are" },
    ),
    get(
      ({ people, avatar }) => `/api/avatars/${people.member.userID}/${avatar}`,
      NOT_THERE,
      { what: "that is somebody else's" },
    ),
  ],
  "healthz.ts": [get("/healthz", OPEN)],
};

appTest("every route has its row in the matrix", async () => {
  assertEquals(await routeFiles(), Object.keys(MATRIX).sort());
});

appTest("every method of a route is in its row", async () => {
  const room = await PrivateRoom.make(app);
  for (const [file, deeds] of Object.entries(MATRIX)) {
    const path = deeds[0].path(room);
    const { status, headers } = await room.people.owner
      .ask(path, { method: "OPTIONS" });
    assertEquals(status, 405, file);
    const allowed = headers.get("allow")!.split(", ")
      .filter((method) => method !== "HEAD");
    const tried = new Set(deeds.map(({ method }) => method));
    assertEquals([...tried].sort(), allowed.sort(), file);
  }
});

/** Other spellings of a path, as some routers take them for the same. */
const SPELLINGS: ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replace(/^(.+)\//, "$1//"),
  (path) => path.replace(/\w$/, (last) => escaped(last)),
  (path) => path.replace(/\w$/, (last) => escaped(last).toLowerCase()),
  (path) => path.replace(/\w$/, (last) => escaped(last).replace("%", "%25")),
  (path) => path.replace(/(.)\//, "$1%2F"),
  (path) => path.replace(/(.)\//, "$1%5c"),
  ...[";x", "%00", "%20", "/%2F", "%2e", "+"].map((end) => (path: string) =>
    path + end
  ),
];
const escaped = (char: string) =>
  `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

appTest(
  "no other spelling of a path reaches its route, by any method (T28)",
  async () => {
    const room = await PrivateRoom.make(app);
    const { owner } = room.people;
    const before = app.commits();
    for (const deed of Object.values(MATRIX).flat()) {
      const [path, query] = deed.path(room).split(/(?=\?)/);
      const init = initOf(deed, room);
      for (const spell of SPELLINGS) {
        const spelt = spell(path);
        const request = new Request(`${APP}${spelt}${query ?? ""}`, {
          ...init,
          headers: { ...init.headers, cookie: owner.cookie },
        });
        // It has no such part, or a request in this process can't say it.
        if (new URL(request.url).pathname === path) continue;
        const response = await app.send(request);
        const isPage = deed.method === "GET" && !path.startsWith("/api/");
        const isRedirected = isPage && spelt.replace(/\/$/, "") === path;
        const expected = isRedirected ? 308 : 404;
        assertEquals(response.status, expected, `${deed.method} ${spelt}`);
        await response.body?.cancel();
      }
    }
    assertEquals(app.commits(), before);
  },
);

appTest(
  "a method that no route has is 501, and one that this route has not 405 (T6)",
  async () => {
    const room = await PrivateRoom.make(app);
    const { owner } = room.people;
    const before = app.commits();
    const all = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    for (const [file, deeds] of Object.entries(MATRIX)) {
      const path = deeds[0].path(room);
      const { headers } = await owner.ask(path, { method: "OPTIONS" });
      const allowed = headers.get("allow")!.split(", ");
      for (const method of all.filter((each) => !allowed.includes(each))) {
        for (const person of Object.values(room.people)) {
          const { status, headers, body } = await person.fetch(path, {
            method,
          });
          await body?.cancel();
          assertEquals(status, 405, `${method} ${file}`);
          assertEquals(headers.get("allow"), allowed.join(", "));
        }
      }
      for (const method of ["PROPFIND", "FOO", "constructor"]) {
        assertEquals((await owner.ask(path, { method })).status, 501, file);
      }
    }
    assertEquals(app.commits(), before);
  },
);

for (const [file, deeds] of Object.entries(MATRIX)) {
  for (const deed of deeds) {
    const { method, what } = deed;
    appTest(
      `${method} ${file}${
        what && ` (${what})`
      } is answered to each as it is theirs`,
      async () => {
        const answered: number[] = [];
        for (const role of ROLES) answered.push(await ask(file, deed, role));
        const { statuses, banned = statuses[ROLES.indexOf("removed")] } = deed;
        assertEquals(answered, [...statuses, banned]);
      },
    );
  }
}

appTest(
  "to whoever is not in them, direct messages are as a private room on every route (T74)",
  async () => {
    const room = await PrivateRoom.make(app);
    const { owner, member, nobody, outsider, removed, banned } = room.people;
    const others = [member, room.mia].map(({ userID }) => ({ id: userID }));
    const { body: direct } = await owner
      .post("/api/messages", { people: others });
    Object.assign(room, direct);
    await owner.push(room.space, crypto.randomUUID(), [
      { ...push(fresh, "createMessage", message)(room).mutations[0] },
    ]);
    const before = app.commits();
    const asked = new Set<string>();
    for (const [file, deeds] of Object.entries(MATRIX)) {
      for (const deed of deeds) {
        const path = deed.path(room);
        // No invitation opens them, whatever it is one to.
        const isInvitation = path.endsWith(room.secret);
        if (!path.includes(room.roomID) || isInvitation) continue;
        // What one does in one's own space, on the page of whatever room.
        if (["block, which is in one's own space"].includes(deed.what)) {
          continue;
        }
        if (deed.what === "direct messages") continue;
        asked.add(file);
        for (const person of [nobody, outsider, removed, banned]) {
          const answer = await person.fetch(path, initOf(deed, room));
          const isStream = answer.headers.get("content-type")
            ?.includes("event");
          const text = isStream ? await firstOf(answer) : await textOf(answer);
          const [toNobody, toOutsider] = deed.statuses;
          const expected = person === nobody ? toNobody : toOutsider;
          assertEquals(answer.status, expected, `${deed.method} ${path}`);
          for (const word of [owner.userID, room.mia.userID]) {
            assert(isInAddress(deed, room, word) || !text.includes(word), path);
          }
        }
      }
    }
    assertEquals(app.commits(), before);
    assertEquals(
      [...asked].sort(),
      Object.keys(MATRIX).filter((file) => file.includes("[room]")).concat(
        ...["replicache/pull", "replicache/poke", "replicache/push", "typing"]
          .map((name) => `api/${name}.ts`),
      ).sort(),
    );
  },
);

/** A secret, as it ends an address, or as a page shows a bot's or a hook's. */
const SECRET =
  /\/(?:link|invite\/[\w-]+)\/[\w-]{43}\b|class="secret">[\w-]{43}</;

/** The routes that have answered with a secret in the body. */
const holders = new Set<string>();

appTest("no other route than these answers with a secret (T44)", async () => {
  assertEquals([...holders].sort(), [
    "api/rooms/[room]/invites/index.ts",
    "api/session/link.ts",
    "invite/[room]/[secret].tsx",
    "link/[token].tsx",
    "rooms/[room]/bots.tsx",
    "rooms/[room]/people.tsx",
    "settings.tsx",
  ]);
  // It is not in the page that one signs in by on the way to an invitation.
  const { roomID, secret, people } = await PrivateRoom.make(app);
  const next = encodeURIComponent(`/invite/${roomID}/${secret}`);
  const { body } = await people.nobody.get(`/signin?next=${next}`);
  assert(body.includes("Hidden Nest"));
  assert(!body.includes(secret));
});

/**
 * Does the deed in a room of its own; what is denied changes and shows nothing,
 * and what holds a secret is not compressed (T44).
 */
async function ask(file: string, deed: Deed, role: Role): Promise<number> {
  const room = await PrivateRoom.make(app);
  const person = room.people[role];
  const before = app.commits();
  const response = await person.fetch(deed.path(room), initOf(deed, room));
  const { status } = response;
  // An account that was deleted is erased in the background.
  await app.erased();
  const isStream = response.headers.get("content-type")?.includes("event");
  if (status >= 400) {
    assertEquals(app.commits(), before, "It changed something");
  }
  const text = isStream ? await firstOf(response) : await textOf(response);
  if (SECRET.test(text)) {
    holders.add(file);
    assert(!response.headers.has("content-encoding"), file);
    const caching = response.headers.get("cache-control");
    assertEquals(caching, "no-store, no-transform", file);
  }
  // Where it leads, too, and what it sets.
  const answer = [text, ...response.headers.values()].join("\n");
  for (const word of room.hiddenFrom(role)) {
    if (deed.shows?.includes(word) || isInAddress(deed, room, word)) continue;
    assert(!answer.includes(word), `${role} was shown ${word}: ${answer}`);
  }
  if (role !== "owner") await assertUntouched(room);
  return status;
}

/** Whether the asker has named it themselves: then it may be said back. */
const isInAddress = (deed: Deed, room: PrivateRoom, word: string) =>
  deed.path(room).includes(word);

/** As of a browser, which takes compressed answers. */
function initOf(deed: Deed, room: PrivateRoom): RequestInit {
  const { method } = deed;
  const taken = { "accept-encoding": "gzip, deflate, br, zstd" };
  if (deed.form) {
    const body = new URLSearchParams(deed.form(room));
    return { method, headers: taken, body };
  }
  if (deed.bytes) return { method, headers: taken, body: deed.bytes(room) };
  if (!deed.json) return { method, headers: taken };
  const headers = { "content-type": "application/json", ...taken };
  return { method, headers, body: JSON.stringify(deed.json(room)) };
}

/** The first event of a stream, which is then ended. */
async function firstOf(response: Response): Promise<string> {
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

/** Whatever others did: the owner's rejection, link and client are as they were. */
async function assertUntouched(room: PrivateRoom): Promise<void> {
  const { owner } = room.people;
  const { body } = await pulled(owner, room);
  const keys = body.patch.map(({ key }: { key?: string }) => key);
  assert(keys.includes(`rejection/${room.clientID}/2`), keys.join());
  assert(keys.includes("message/m"), keys.join());
  assertEquals(body.lastMutationIDChanges, { [room.clientID]: 2 });
  const file = `/api/files/${room.roomID}/m/${room.fileID}`;
  assertEquals((await owner.get(file)).status, 200);
  const begun = { id: room.uploadID, size: room.piece.length };
  const { body: { missing } } = await owner
    .post("/api/uploads", { ...begun, pieces: [room.uploadID] });
  assertEquals(missing, [room.uploadID]);
  const { status } = await owner.get(`/link/${room.linkSecret}`);
  assertEquals(status, 200);
}

const pulled = (owner: Person, { space, groupID }: PrivateRoom) =>
  owner.pull(space, groupID);
