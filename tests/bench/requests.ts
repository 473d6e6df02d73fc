// The requests of the bench: what a client of Replicache sends, and nothing more; the same to each backend.
import type { Backend } from "./subject.ts";

/** A text of the length that people write to each other. */
export const TEXT = "A message of the length that people write to each other.";

/** A mutation that creates a message. The peer needs `from` and `order`; the app decides on them itself. */
export const createMessage = (
  clientID: string,
  id: number | string,
  messageID: string,
) => ({
  id,
  clientID,
  name: "createMessage",
  args: { id: messageID, content: TEXT, from: "Person", order: 0 },
  timestamp: 0,
});

type Mutation = ReturnType<typeof createMessage>;

const pushBody = (clientGroupID: string, mutations: Mutation[]): string =>
  JSON.stringify({
    pushVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID,
    mutations,
  });

/** The head of a request by the person of that number. */
function headers({ cookies }: Backend, person: number): [string, string][] {
  const cookie = cookies[person];
  return cookie === undefined ? [] : [["cookie", cookie]];
}

/** A whole request as HTTP/1.1 has it. */
function asText(
  backend: Backend,
  person: number,
  requestLine: string,
  json?: string,
): string {
  const all: [string, string][] = [
    ["host", new URL(backend.url).host],
    ...headers(backend, person),
  ];
  if (json !== undefined) {
    all.push(
      ["content-type", "application/json"],
      ["content-length", String(json.length)],
    );
  }
  const lines = all.map(([name, value]) => `${name}: ${value}`);
  return [`${requestLine} HTTP/1.1`, ...lines, "", json ?? ""].join("\r\n");
}

/** A GET of the stream by the person of that number. */
export const listen = (backend: Backend, person: number): string =>
  asText(backend, person, `GET ${backend.paths.poke}`);

/** A GET that leaves nothing behind. */
export const healthz = (backend: Backend): string =>
  asText(backend, 0, "GET /healthz");

/**
 * A person's push of one message; `#…` and `@…` become the request's number (see load.ts).
 * @param name tells their client from those of other rooms
 */
export function pushOfOne(
  backend: Backend,
  person: number,
  name = `${person}`,
): string {
  const mutation = createMessage(
    `client${name}`,
    "#########",
    `${name}-@@@@@@@@@`,
  );
  const json = pushBody(`group${name}`, [mutation])
    .replace('"#########"', "#########");
  return asText(backend, person, `POST ${backend.paths.push}`, json);
}

/** Pushes what one client of a group of its own name has made. */
export async function push(
  backend: Backend,
  clientID: string,
  mutations: Mutation[],
): Promise<void> {
  await post(backend, 0, backend.paths.push, pushBody(clientID, mutations));
}

/** A pull with all that belongs to it, as any process can send it; but for the cookie. */
export type Pull = {
  url: string;
  headers: [string, string][];
  clientGroupID: string;
};

/** A pull by the person of that number. @param query as `&window=1000` */
export const pullBy = (
  backend: Backend,
  person: number,
  clientGroupID: string,
  query = "",
): Pull => ({
  url: backend.url + backend.paths.pull + query,
  headers: headers(backend, person),
  clientGroupID,
});

/** Sends a pull; gives back the answer's text. */
export const pull = (
  { url, headers, clientGroupID }: Pull,
  cookie: unknown = null,
): Promise<string> =>
  send(
    url,
    headers,
    JSON.stringify({
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID,
      cookie,
    }),
  );

const post = (backend: Backend, person: number, path: string, json: string) =>
  send(backend.url + path, headers(backend, person), json);

async function send(
  url: string,
  headers: [string, string][],
  body: string,
): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: [
      ...headers,
      ["content-type", "application/json"],
      // Only today's app compresses, which pays over a network alone.
      ["accept-encoding", "identity"],
    ],
    body,
  });
  const text = await response.text();
  if (response.status === 200) return text;
  throw new Error(`${url} answered ${response.status}: ${text}`);
}
