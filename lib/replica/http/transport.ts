// The line to the server: asks, waits when told to, and pauses when there is no sense in asking on.
import { signal } from "@preact/signals";

/**
 * Why asking on makes no sense until a person does something: 401, 403, 404,
 * any other status that says the request itself is at fault, and
 * `VersionNotSupported`.
 */
export type Pause =
  | "signed out"
  | "forbidden"
  | "gone"
  | "refused"
  | "outdated";

/** There was no answer of our server's, nobody knows why; or the replica was closed meanwhile. */
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
export class Transport {
  /** Why it is paused; also while it is tried again, until something else comes of that. */
  readonly paused = signal<Pause | undefined>(undefined);
  #cut = new AbortController();
  #resumed = Promise.withResolvers<void>();

  /** `auth` goes along as Replicache's `auth`: the user the replica belongs to. */
  constructor(private readonly auth: string) {
    this.#resumed.resolve();
  }

  /**
   * Posts JSON, and gives back the JSON of the answer's body. While the server
   * refuses it waits for `resume()`, and as long as `Retry-After` says on 429
   * and 503 (from a second to five minutes); then it asks again.
   * Rejects with `Unanswered`, at the latest when the line is cut.
   */
  // deno-lint-ignore no-explicit-any -- the protocol's bodies; Replicache checks them
  async post(url: string, json: string): Promise<any> {
    try {
      return await this.#post(url, json, this.#cut.signal);
    } catch (cause) {
      throw new Unanswered(`No answer from ${url}`, { cause });
    }
  }

  async #post(url: string, json: string, cut: AbortSignal): Promise<unknown> {
    for (;;) {
      await unless(cut, this.#resumed.promise);
      const resumed = this.#resumed;
      const answer = await answerTo(url, json, this.auth, cut);
      // Whoever has asked before the pause has nothing to say of its end.
      if (answer.pause) this.#pause(answer.pause, resumed);
      else if (resumed === this.#resumed) this.paused.value = undefined;
      if (answer.wait !== undefined) await sleep(answer.wait, cut);
      else if (!answer.pause) return answer.body;
    }
  }

  /** Lets what waits ask again. */
  resume(): void {
    this.#resumed.resolve();
  }

  /** Gives up all that waits or is under way: whoever asked is no more. What is asked next is asked. */
  cut(): void {
    this.#cut.abort();
    this.#cut = new AbortController();
    // What was refused goes with who asked it.
    if (this.paused.peek() === "refused") this.resume();
  }

  #pause(why: Pause, resumed: PromiseWithResolvers<void>): void {
    if (resumed === this.#resumed) this.#resumed = Promise.withResolvers();
    this.paused.value = why;
  }
}

/** What an answer comes to: the body that was asked for, or when to ask again. */
type Answer = { body?: unknown; wait?: number; pause?: Pause };

/** Rejects when there is none, and when it is not our server's: what stands in between knows nothing of us. */
async function answerTo(
  url: string,
  json: string,
  authorization: string,
  cut: AbortSignal,
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body: json,
    signal: AbortSignal.any([cut, AbortSignal.timeout(PATIENCE)]),
  });
  const { status } = response;
  const wait = retryAfter(response);
  if (wait !== undefined) {
    await response.body?.cancel();
    return { wait };
  }
  const body = await response.json();
  if (status === 200) {
    const outdated = body?.error === "VersionNotSupported";
    return outdated ? { pause: "outdated" } : { body };
  }
  // Each of our refusals says both.
  const isOurs = typeof body.error === "string" &&
    typeof body.message === "string";
  if (status >= 500 || !isOurs) throw new Error(`${status}`);
  return { pause: PAUSES[status] ?? "refused" };
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
