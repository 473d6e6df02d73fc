// How a push is cut into requests that the server takes, and what counts as its answer.
import { assertEquals, assertRejects } from "@std/assert";
import {
  NoAnswerError,
  Transport,
} from "../../../../lib/replica/http/transport.ts";
import { createPusher } from "../../../../lib/replica/http/push_pull.ts";
import { parsePush, type Push } from "../../../../lib/sync/protocol.ts";

/** The requests that a push of these mutations becomes, read as the server does, each answered so. */
async function requestsOf(
  mutations: unknown[],
  answer: unknown = {},
): Promise<Push[]> {
  const { fetch } = globalThis;
  const requests: Push[] = [];
  globalThis.fetch = (_url, init) => {
    requests.push(parsePush(JSON.parse(init!.body as string)) as Push);
    return Promise.resolve(Response.json(answer));
  };
  try {
    const push = createPusher(
      new Transport({}),
      "/",
      () => Promise.resolve(),
    );
    const envelope = { pushVersion: 1, schemaVersion: "1", profileID: "" };
    const request = { ...envelope, clientGroupID: "g", mutations };
    const { httpRequestInfo } = await push(request as never, "");
    assertEquals(httpRequestInfo.httpStatusCode, 200);
  } finally {
    globalThis.fetch = fetch;
  }
  return requests;
}

Deno.test("A push of more clients than the server takes at once goes out in slices, in order (R2, P11)", async () => {
  // Each visit without a network leaves a client with what was typed in it.
  const mutations = Array.from({ length: 450 }, (_, i) => ({
    id: 1 + i % 2,
    clientID: `visit-${i >> 1}`,
    name: "put",
    args: null,
    timestamp: 0,
  }));
  const requests = await requestsOf(mutations);
  assertEquals(requests.length, 3);
  const sent = requests.flatMap(({ mutations }) => mutations);
  assertEquals(
    sent.map(({ clientID, id }) => [clientID, id]),
    mutations.map(({ clientID, id }) => [clientID, id]),
  );
});

Deno.test("A 200 whose JSON is not our server's confirms nothing (R1, R17)", async () => {
  const mutation = { id: 1, clientID: "c", name: "put", args: null };
  const portals = [
    ...[null, [], "ok", { ok: true }, { status: 200, error: null }],
    { error: "Sign in to this network" },
  ];
  for (const answer of portals) {
    await assertRejects(() => requestsOf([mutation], answer), NoAnswerError);
  }
});
