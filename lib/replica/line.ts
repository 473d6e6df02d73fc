// The line to the server: asks, waits when told to, and pauses when there is no sense in asking on.
import { signal } from "@preact/signals";

/** Why asking on makes no sense until a person does something: 401, 403, 404. */
export type Pause = "signed out" | "forbidden" | "gone";

/** An answer; `body` is its JSON when the status is 200, `text` what it says else. */
// deno-lint-ignore no-explicit-any -- the protocol's bodies; Replicache checks them
export type Answer = { status: number; body?: any; text: string };

/** There was no answer, nobody knows why; or the replica was closed meanwhile. */
export class Unanswered extends Error {}

const PAUSES: Record<number, Pause> = {
  401: "signed out",
  403: "forbidden",
  404: "gone",
};

/** How long an answer may take, in milliseconds: half a megabyte on a slow phone. */
const PATIENCE = 120_000;

/**
 * `Retry-After` counts between these, in milliseconds. What stands in between
 * may say anything: 0, which asked on without a pause, or a date years ahead.
 */
const SHORTEST_WAIT = 1_000;
const LONGEST_WAIT = 300_000;

/** All requests of one replica to the server. */
export class Line {
  /** Why it is paused; undefined while it is not. */
  readonly paused = signal<Pause | undefined>(undefined);
  #cut = new AbortController();
  #resumed = Promise.withResolvers<void>();

  /** `auth` goes along as Replicache's `auth`: the user the replica belongs to. */
  constructor(private readonly auth: string) {
    this.#resumed.resolve();
  }

  /**
   * Posts JSON. While the server says 401, 403 or 404 it waits for `resume()`,
   * and as long as `Retry-After` says on 429 and 503 (from a second to five
   * minutes); then it asks again.
   * Rejects with `Unanswered`, at the latest when the line is cut.
   */
  async post(url: string, json: string): Promise<Answer> {
    try {
      return await this.#post(url, json, this.#cut.signal);
    } catch (cause) {
      throw new Unanswered(`No answer from ${url}`, { cause });
    }
  }

  async #post(url: string, json: string, cut: AbortSignal): Promise<Answer> {
    for (;;) {
      await unless(cut, this.#resumed.promise);
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: this.auth,
        },
        body: json,
        signal: AbortSignal.any([cut, AbortSignal.timeout(PATIENCE)]),
      });
      const { status } = response;
      if (status === 200) {
        return { status, body: await response.json(), text: "" };
      }
      const text = await response.text();
      const wait = retryAfter(response);
      if (PAUSES[status]) this.#pause(PAUSES[status]);
      else if (wait !== undefined) await sleep(wait, cut);
      else return { status, text };
    }
  }

  /** Lets what waits ask again. */
  resume(): void {
    this.paused.value = undefined;
    this.#resumed.resolve();
  }

  /** Gives up all that waits or is under way: whoever asked is no more. What is asked next is asked. */
  cut(): void {
    this.#cut.abort(new Error("The line was cut."));
    this.#cut = new AbortController();
  }

  #pause(why: Pause): void {
    if (this.paused.peek() === undefined) {
      this.#resumed = Promise.withResolvers();
    }
    this.paused.value = why;
  }
}

async function sleep(milliseconds: number, cut: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slept = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await unless(cut, slept).finally(() => clearTimeout(timer));
}

/** Resolves with `waiting`, and rejects as soon as the line is cut. */
function unless(cut: AbortSignal, waiting: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    if (cut.aborted) return reject(cut.reason);
    const onCut = () => reject(cut.reason);
    cut.addEventListener("abort", onCut, { once: true });
    waiting.then(resolve, reject)
      .finally(() => cut.removeEventListener("abort", onCut));
  });
}

/** How long 429 and 503 ask to wait, in milliseconds; undefined when they do not say. */
export function retryAfter({ status, headers }: Response): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const said = headers.get("retry-after");
  if (said === null) return undefined;
  const seconds = Number(said);
  const wait = Number.isNaN(seconds)
    ? Date.parse(said) - Date.now()
    : seconds * 1_000;
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(wait, SHORTEST_WAIT), LONGEST_WAIT);
}
