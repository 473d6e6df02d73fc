// A worker that sends generated bodies to an app of its own.
import { assert, assertEquals } from "@std/assert";
import type { Arbitrary } from "fast-check";
import { openApp } from "./app.ts";
import { mutatedJSON, ODD_VALUES, rawBody } from "./fuzz_bodies.ts";
import type { Person } from "./person.ts";
import { PrivateRoom } from "./private_room.ts";

/** A request that is valid, to be mutated. */
export type ValidRequest = {
  /** With `{roomID}` and other fields of a `PrivateRoom` to be filled in. */
  path: string;
  /** With such fields in its texts, too; left out where no body is read. */
  body?: unknown;
  form?: true;
  /** POST unless told. */
  method?: string;
  /** Who sends it, where it is about a room; a member unless told. */
  by?: "owner";
  /** In `Authorization`, with such fields, too. */
  authorization?: string;
};

/** What a worker is told, and what it tells: that its app is open, then how it went. */
export type FuzzJob = { valid: ValidRequest; bodies: number; seed: number };
export type WorkerMessage = "open" | { failure: string | null };

type FuzzedRequest = {
  path: string;
  type: string;
  body: string | Uint8Array<ArrayBuffer>;
};

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const CONTENT_TYPES = [
  ...[
    JSON_TYPE,
    FORM_TYPE,
    "text/plain",
    "multipart/form-data; boundary=x",
    "x",
    "",
  ],
];
/** So many requests come from one person: who makes a room a time has a long lobby. */
const REQUESTS_PER_PERSON = 10;

const tell = (told: WorkerMessage) =>
  (self as unknown as Worker).postMessage(told);

const app = await openApp();
addEventListener("message", async ({ data }: MessageEvent<FuzzJob>) => {
  try {
    await fuzz(data);
    tell({ failure: null });
  } catch (error) {
    tell({ failure: error instanceof Error ? error.message : String(error) });
  }
});
tell("open");

async function fuzz(job: FuzzJob): Promise<void> {
  const fc = await import("fast-check");
  const room = await PrivateRoom.make(app);
  const { bodies, seed } = job;
  const valid: ValidRequest = JSON.parse(
    JSON.stringify(job.valid).replaceAll(
      /\{(\w+)\}/g,
      (_, field) => String(room[field as keyof PrivateRoom]),
    ),
  );
  const { path } = valid;
  /** It is about something that is one person's. */
  const isOwned = [room.roomID, room.importID].some((id) => path.includes(id));
  let person = room.people[valid.by ?? "member"];
  let count = 0;
  const answers = new Map<number, number>();
  const alarms: unknown[][] = [];
  console.error = (...args) => alarms.push(args);
  const property = fc.asyncProperty(sentTo(fc, valid, path), async (sent) => {
    if (!isOwned && count++ % REQUESTS_PER_PERSON === 0) {
      person = await app.signIn("Ada");
    }
    const before = app.commits();
    const { status, body } = await send(person, sent, valid);
    if (status < 400) await app.erased(); // what a deleted account leaves
    answers.set(status, (answers.get(status) ?? 0) + 1);
    // A client that is newer than the server is asked to wait.
    const isNewer = status === 503 && /being updated/.test(body.message);
    assert(status < 500 || isNewer, `${status} ${JSON.stringify(body)}`);
    if (status >= 400) assertEquals(app.commits(), before, `${status} changed`);
    assertEquals(alarms, [], "Someone should look");
  });
  await fc.assert(property, {
    numRuns: bodies,
    seed,
    includeErrorInReport: true,
  });
  // Some are refused, and some are not: else nothing was tried.
  const refused = [...answers.keys()].filter((status) => status >= 400);
  if (valid.body === undefined) return;
  assert(refused.length > 0, "None was refused");
  assert(refused.length < answers.size, "All were refused");
}

const send = (
  person: Person,
  { path, type, body }: FuzzedRequest,
  { method = "POST", authorization }: ValidRequest,
) => {
  const headers = new Headers({ "content-type": type });
  if (authorization) headers.set("authorization", authorization);
  return person.ask(path, { method, headers, body });
};

/** Requests around a valid one: its body mutated, plain bytes, another type, another path. */
function sentTo(
  fc: typeof import("fast-check"),
  { body = {}, form }: ValidRequest,
  path: string,
): Arbitrary<FuzzedRequest> {
  const usual = form ? FORM_TYPE : JSON_TYPE;
  const text = form ? formOf(JSON.stringify(body)) : JSON.stringify(body);
  const json = mutatedJSON(fc, body);
  const bytes = rawBody(fc, text);
  const paths = fc.oneof(
    { weight: 9, arbitrary: fc.constant(path) },
    {
      weight: 1,
      arbitrary: fc.oneof(fc.constantFrom(...ODD_VALUES), fc.string())
        .map((odd) => withOdd(path, textOf(odd))),
    },
  );
  const of = (
    type: Arbitrary<string>,
    body: Arbitrary<FuzzedRequest["body"]>,
  ) => fc.record({ path: paths, type, body });
  return fc.oneof(
    {
      weight: 4,
      arbitrary: of(fc.constant(usual), form ? json.map(formOf) : json),
    },
    { weight: 2, arbitrary: of(fc.constant(usual), bytes) },
    of(fc.constantFrom(...CONTENT_TYPES), bytes),
  );
}

/** A path whose query, or else its first parameter, is something odd. */
function withOdd(path: string, odd: string): string {
  const value = encodeURIComponent(odd.toWellFormed());
  return path.includes("=")
    ? path.replace(/=.*/, `=${value}`)
    : path.replace(/\/[\w-]{26,}/, `/${value}`);
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** A JSON object as the fields of a form. */
function formOf(json: string): string {
  const body = json === "" ? {} : JSON.parse(json);
  if (body === null || typeof body !== "object") return json;
  return Object.entries(body).map((pair) =>
    pair.map((part) => encodeURIComponent(textOf(part).toWellFormed()))
      .join("=")
  ).join("&");
}
