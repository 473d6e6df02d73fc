// The peer of the bench: that it loses nothing, or it would be no opponent.
import { assertEquals } from "@std/assert";
import { permitted } from "../../support/permitted.ts";
import { LeftOut } from "../left_out.ts";
import { createMessage, pull, pullBy, push } from "../requests.ts";
import type { Subject } from "../subject.ts";
import { findPeer } from "./start.ts";

const CLIENTS = 16;
const MESSAGES = 10; // of each client

/** The peer, where this machine can run it. */
async function peerHere(): Promise<Subject | undefined> {
  if (!permitted) return undefined;
  try {
    return await findPeer();
  } catch (error) {
    if (error instanceof LeftOut) return undefined;
    throw error;
  }
}

const peer = await peerHere();
const ignore = peer === undefined;

type Answer = {
  cookie: number;
  lastMutationIDChanges: Record<string, number>;
  patch: { key: string }[];
};

Deno.test({
  name:
    "The peer loses none of the messages that many clients push at once, and takes each once",
  ignore,
  async fn() {
    await using backend = await peer!.start("", 0);
    const clients = Array.from({ length: CLIENTS }, (_, i) => `client${i}`);
    await Promise.all(clients.map(async (client) => {
      for (let id = 1; id <= MESSAGES; id++) {
        const mutation = createMessage(client, id, `${client}-${id}`);
        await push(backend, client, [mutation]);
        if (id % 3 === 0) await push(backend, client, [mutation]); // again
      }
    }));

    const reader = pullBy(backend, 0, clients[0]);
    const { cookie, patch, lastMutationIDChanges }: Answer = JSON.parse(
      await pull(reader),
    );
    const keys = new Set(patch.map(({ key }) => key));
    assertEquals([patch.length, keys.size], Array(2).fill(CLIENTS * MESSAGES));
    assertEquals(lastMutationIDChanges, { client0: MESSAGES });

    const nothing: Answer = JSON.parse(await pull(reader, cookie));
    assertEquals(nothing, { cookie, patch: [], lastMutationIDChanges: {} });
  },
});

Deno.test({
  name:
    "The peer counts as processed what a mutator refuses, and nothing else that fails",
  ignore,
  async fn() {
    await using backend = await peer!.start("", 0);
    const refused = createMessage("a", 1, "m1");
    refused.args.content = null as never;
    await push(backend, "a", [refused, createMessage("a", 2, "m2")]);
    const failing = createMessage("a", 3, "m3");
    failing.args.order = "no number" as never;
    const error = await push(backend, "a", [failing]).then(
      () => null,
      (error: Error) => error,
    );
    assertEquals(error?.message.includes("answered 500"), true);

    const answer: Answer = JSON.parse(await pull(pullBy(backend, 0, "a")));
    assertEquals(answer.patch.map(({ key }) => key), ["message/m2"]);
    assertEquals(answer.lastMutationIDChanges, { a: 2 });
  },
});
