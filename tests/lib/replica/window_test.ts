// What becomes of a wish for more when the server does not answer.
import { assertEquals, assertRejects } from "@std/assert";
import type { Puller } from "replicache";
import { Window } from "../../../lib/replica/window.ts";

type Answer = Awaited<ReturnType<Puller>>;

const OK = { httpRequestInfo: { httpStatusCode: 200, errorMessage: "" } };
const news: Answer = {
  ...OK,
  response: { cookie: 1, lastMutationIDChanges: {}, patch: [] },
};
const forgotten: Answer = {
  ...OK,
  response: { error: "ClientStateNotFound" },
};

/** A window whose pulls come to these; as Replicache's, they never reject. */
function windowOf(...answers: (Answer | Error)[]) {
  const window = new Window("s", 200);
  const asked: string[] = [];
  const puller = window.noting(() => {
    asked.push(window.url());
    const answer = answers.shift()!;
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve(answer);
  });
  const pull = async () => void await puller({} as never, "").catch(() => {});
  return { window, asked, pull };
}

Deno.test("A window that the server does not answer for is not there, and is asked for no longer (R18)", async () => {
  for (const answer of [new Error("No network"), forgotten]) {
    const answers = Array<typeof answer>(9).fill(answer);
    const { window, pull } = windowOf(news, ...answers);
    await pull();
    await assertRejects(() => window.widen(400, pull));
    assertEquals(window.url(), "/api/replicache/pull?space=s&window=200");
  }
});

Deno.test("A window is there once a pull has asked for it, though one that was under way had not (R18)", async () => {
  const { window, asked, pull } = windowOf(news, news);
  const early = pull();
  await window.widen(400, pull);
  await early;
  assertEquals(window.url(), "/api/replicache/pull?space=s&window=400");
  assertEquals(asked.length, 2);
  await window.widen(300, pull);
  assertEquals(asked.length, 2);
});
