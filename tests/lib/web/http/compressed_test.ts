// Compressing while an answer is read: when it is made, given up, broken off.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { compressed } from "../../../../lib/web/http/compressed.ts";
import { streamOf } from "../../../../lib/web/http/pull_slots.ts";
import { textOf } from "../../../support/encoded.ts";
import { Timers } from "../../../support/timers.ts";

const HTML = { "content-type": "text/html; charset=utf-8" };
const request = new Request("http://app.test/", {
  headers: { "accept-encoding": "gzip" },
});

/** Text that does not shrink much. */
const noise = (length: number) =>
  Array.from({ length }, () => Math.floor(Math.random() * 36).toString(36))
    .join("");

/** An answer made piece by piece, as each is asked for. */
function inPieces(pieces: (string | Error)[], headers: HeadersInit = HTML) {
  const made = { count: 0, isGivenUp: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces[made.count++];
      if (piece === undefined) return controller.close();
      if (piece instanceof Error) return controller.error(piece);
      controller.enqueue(new TextEncoder().encode(piece));
    },
    cancel: () => void (made.isGivenUp = true),
  }, { highWaterMark: 0 });
  return { made, answer: new Response(body, { headers }) };
}

Deno.test("whatever pieces an answer is made of, it arrives whole, and compressed from a kilobyte on (T43)", async () => {
  for (
    const lengths of [
      ...[[], [0], [1], [999], [1_000], [500, 499], [500, 500], [0, 2_000]],
      ...[[1, 300_000, 7], [65_536], [65_537], [200_000, 0, 200_000]],
    ]
  ) {
    const pieces = lengths.map(noise);
    const { answer } = inPieces(pieces, { ...HTML, "content-length": "9" });
    const sent = await compressed(request, answer);
    const size = lengths.reduce((sum, length) => sum + length, 0);
    const isCompressed = sent.headers.get("content-encoding") === "gzip";
    assertEquals(isCompressed, size >= 1_000, lengths.join());
    if (isCompressed) assert(!sent.headers.has("content-length"));
    assertEquals(sent.headers.get("vary"), "accept-encoding");
    assertEquals(await textOf(sent), pieces.join(""), lengths.join());
  }
});

Deno.test("a piece is made when those before it have been read (T43)", async () => {
  const { made, answer } = inPieces(
    Array.from({ length: 20 }, () => noise(100_000)),
  );
  const sent = await compressed(request, answer);
  const reader = sent.body!.getReader();
  for (let i = 0; i < 5; i++) await reader.read();
  assert(made.count < 10, `${made.count}`);
  await reader.cancel();
  assert(made.isGivenUp);
});

Deno.test("an answer that is given up or breaks off does so on both sides (T43)", async () => {
  const whole = inPieces([noise(5_000), noise(5_000)]);
  await (await compressed(request, whole.answer)).body!.cancel();
  assert(whole.made.isGivenUp);
  const broken = inPieces([noise(5_000), new Error("The disk is gone")]);
  const sent = await compressed(request, broken.answer);
  await assertRejects(() => sent.bytes(), Error, "The disk is gone");
  const never = inPieces([new Error("The disk is gone")]);
  await assertRejects(
    () => compressed(request, never.answer),
    Error,
    "The disk is gone",
  );
});

Deno.test("a compressed answer that nobody reads is broken off as well, and its slot freed (T19, T43)", async () => {
  using _ = new Timers();
  let given = 0;
  function* endless() {
    for (;;) yield noise(1_000);
  }
  const body = streamOf(endless(), () => given++);
  const sent = await compressed(request, new Response(body, { headers: HTML }));
  while (given === 0) await new Promise((resolve) => setTimeout(resolve));
  await assertRejects(() => sent.bytes(), Error, "not read");
  assertEquals(given, 1);
});

Deno.test("what is marked, compressed already, of another type or empty goes as it is (T43)", async () => {
  const other: Record<string, string>[] = [
    { ...HTML, "cache-control": "no-store, no-transform" },
    { ...HTML, "content-encoding": "br" },
    { "content-type": "text/event-stream" },
    { "content-type": "image/png" },
    {},
  ];
  for (const headers of other) {
    const answer = inPieces([noise(5_000)], headers).answer;
    assertEquals(await compressed(request, answer), answer);
    await answer.body!.cancel();
  }
  const empty = new Response(null, { status: 304, headers: HTML });
  assertEquals(await compressed(request, empty), empty);
});
