// Watching keys, whatever becomes of a watch.
import { assertEquals } from "@std/assert";
import { watchKeys } from "../../../lib/sync/mod.ts";
import { Timers } from "../../support/timers.ts";

/** A KV that has nothing but watches, each in the test's hand. */
function watched() {
  const open: ReadableStreamDefaultController<unknown>[] = [];
  const state = { cancelled: 0 };
  const watch = () =>
    new ReadableStream({
      start: (controller) => void open.push(controller),
      cancel: () => void state.cancelled++,
    });
  return { kv: { watch } as unknown as Deno.Kv, open, state };
}

/** Resolves with what comes next; each call is answered once. */
function signals() {
  const came: unknown[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  return {
    tell(what: unknown) {
      const next = waiting.shift();
      if (next) next(what);
      else came.push(what);
    },
    next: () =>
      came.length > 0
        ? Promise.resolve(came.shift())
        : new Promise((resolve) => waiting.push(resolve)),
  };
}

const none = () => Promise.resolve();

Deno.test("watchKeys() hints at each change, one after the other (K2)", async () => {
  const { kv, open } = watched();
  const hints = signals();
  const gate = Promise.withResolvers<void>();
  let under = 0;
  const end = watchKeys(kv, [["a"]], async () => {
    assertEquals(++under, 1);
    hints.tell("hint");
    await gate.promise;
    under--;
  }, () => {});
  open[0].enqueue([1]);
  open[0].enqueue([2]);
  assertEquals(await hints.next(), "hint");
  gate.resolve();
  assertEquals(await hints.next(), "hint");
  end();
});

Deno.test("watchKeys() opens a watch anew that has failed or ended (K2)", async () => {
  using _timers = new Timers();
  const { kv, open } = watched();
  const said = signals();
  const end = watchKeys(
    kv,
    [["a"]],
    () => Promise.resolve(said.tell("hint")),
    (error) => said.tell((error as Error).message),
  );
  open[0].error(new Error("database is locked"));
  assertEquals(await said.next(), "database is locked");
  while (open.length < 2) await new Promise((next) => setTimeout(next));
  open[1].enqueue([1]);
  assertEquals(await said.next(), "hint");
  open[1].close();
  while (open.length < 3) await new Promise((next) => setTimeout(next));
  open[2].enqueue([1]);
  assertEquals(await said.next(), "hint");
  end();
});

Deno.test("watchKeys() leaves nothing behind once it was ended (K5)", async () => {
  const { kv, open, state } = watched();
  const end = watchKeys(kv, [["a"]], none, () => {});
  await Promise.resolve();
  end();
  await Promise.resolve();
  assertEquals([open.length, state.cancelled], [1, 1]);

  // Or while it waits to be opened anew: the test runner finds the timer.
  const failed = Promise.withResolvers<unknown>();
  const endFailed = watchKeys(kv, [["a"]], none, failed.resolve);
  open[1].error(new Error("gone"));
  await failed.promise;
  await Promise.resolve();
  endFailed();
  assertEquals(open.length, 2);
});

Deno.test("watchKeys() ends a watch whose change could not be handled, and opens it anew (K5)", async () => {
  using _timers = new Timers();
  const { kv, open, state } = watched();
  const failed = Promise.withResolvers<unknown>();
  const end = watchKeys(
    kv,
    [["a"]],
    () => Promise.reject(new Error("No answer")),
    failed.resolve,
  );
  open[0].enqueue([1]);
  await failed.promise;
  while (open.length < 2) await new Promise((next) => setTimeout(next));
  assertEquals(state.cancelled, 1);
  end();
  assertEquals(state.cancelled, 2);
});
