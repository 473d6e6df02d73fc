// A stream that only seems to be open.
import { assertEquals } from "@std/assert";
import { listen } from "../../../lib/replica/listen.ts";

/** An EventSource in the test's hands. */
class Source {
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static readonly all: Source[] = [];
  readyState = Source.OPEN;
  readonly #listeners = new Map<string, (event: unknown) => void>();

  constructor(readonly url: string) {
    Source.all.push(this);
  }

  addEventListener(type: string, listener: (event: unknown) => void) {
    this.#listeners.set(type, listener);
  }

  close() {
    this.readyState = Source.CLOSED;
  }

  say(type: string, body: unknown = {}) {
    this.#listeners.get(type)?.({ data: JSON.stringify(body) });
  }
}

Deno.test("A stream that says nothing for long is opened anew, and one that beats is not (R11)", () => {
  const { EventSource, setTimeout, clearTimeout } = globalThis;
  const planned = new Map<number, { after: number; run: () => void }>();
  let last = 0;
  const pass = () => {
    const [id, { after, run }] = [...planned].at(-1)!;
    planned.delete(id);
    run();
    return after;
  };
  Object.assign(globalThis, {
    EventSource: Source,
    setTimeout(run: () => void, after: number) {
      planned.set(++last, { run, after });
      return last;
    },
    clearTimeout: (id: number) => planned.delete(id),
  });
  try {
    let opened = 0;
    const end = listen("s", { onOpen: () => opened++ });
    pass();
    const [first] = Source.all;
    first.say("open");
    const before = last;
    first.say("beat");
    assertEquals(planned.size, 1); // the silence begins anew
    assertEquals(last, before + 1);
    assertEquals(pass(), 45_000);
    assertEquals(first.readyState, Source.CLOSED);
    assertEquals(Source.all.length, 2);
    Source.all[1].say("open");
    assertEquals(opened, 2);
    end();
    pass();
    assertEquals(planned.size, 0);
  } finally {
    Object.assign(globalThis, { EventSource, setTimeout, clearTimeout });
  }
});
