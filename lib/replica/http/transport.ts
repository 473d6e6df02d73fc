// Posts JSON to the server: waits for `Retry-After`, and pauses after a refusal until resumed.
import { signal } from "@preact/signals";
import { retryAfter } from "./retry_after.ts";

/**
 * Why asking on makes no sense until a person does something: 401, 403, 404,
 * any other status that says the request itself is at fault, and
 * `VersionNotSupported`.
 */
export type PauseReason =
  | "signed out"
  | "forbidden"
  | "gone"
  | "refused"
  | "outdated";

/**
 * A request that makes a space which the server may not have yet: it is answered
 * before anything else is asked, and tried again and refused as all requests are.
 */
export type Creation = { url: string; json: string };

/** There was no answer of our server's, for whatever reason; or the replica was closed meanwhile. */
export class NoAnswerError extends Error {}

const PAUSES: Record<number, PauseReason> = {
  401: "signed out",
  403: "forbidden",
  404: "gone",
};

/** How long an answer may take, in milliseconds: half a megabyte on a slow phone. */
const ANSWER_TIMEOUT = 120_000;

/** All pushes and pulls of one replica. */
export class Transport {
  /** Why it is paused; also while it is tried again, until something else comes of that. */
  readonly paused = signal<PauseReason | undefined>(undefined);
  #abort = new AbortController();
  #resumed = Promise.withResolvers<void>();

  /** `headers` go with each request; see `Creation`. */
  constructor(
    private readonly headers: Record<string, string>,
    private creation?: Creation,
  ) {
    this.#resumed.resolve();
  }

  /**
   * Posts JSON, and gives back the JSON of the answer's body. While the server
   * refuses it waits for `resume()`, and as long as `Retry-After` says on 429
   * and 503 (from a second to five minutes); then it asks again.
   * Rejects with `NoAnswerError`, at the latest when it is aborted.
   */
  // deno-lint-ignore no-explicit-any -- the protocol's bodies; Replicache checks them
  async post(url: string, json: string): Promise<any> {
    try {
      return await this.#post(url, json, this.#abort.signal);
    } catch (cause) {
      throw new NoAnswerError(`No answer from ${url}`, { cause });
    }
  }

  async #post(url: string, json: string, signal: AbortSignal) {
    for (;;) {
      await unlessAborted(signal, this.#resumed.promise);
      const resumed = this.#resumed;
      const { creation } = this;
      const answer = await fetchAnswer(
        creation?.url ?? url,
        creation?.json ?? json,
        this.headers,
        signal,
      );
      // An answer to what was asked before the pause says nothing of its end.
      if (answer.pause) this.#pause(answer.pause, resumed);
      else if (resumed === this.#resumed) this.paused.value = undefined;
      if (answer.wait !== undefined) await sleep(answer.wait, signal);
      else if (!answer.pause) {
        if (!creation) return answer.body;
        this.creation = undefined;
      }
    }
  }

  /** Lets the requests that wait be sent again. */
  resume(): void {
    this.#resumed.resolve();
  }

  /** Gives up all requests that wait or are under way: the client that made them is closed. */
  abort(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    // What was refused goes with the client that asked it.
    if (this.paused.peek() === "refused") this.resume();
  }

  #pause(why: PauseReason, resumed: PromiseWithResolvers<void>): void {
    if (resumed === this.#resumed) this.#resumed = Promise.withResolvers();
    this.paused.value = why;
  }
}

/** What an answer comes to: the body that was asked for, or when to ask again. */
type Answer = { body?: unknown; wait?: number; pause?: PauseReason };

/** Rejects when there is none, and when it is not our server's: a proxy's says nothing of our data. */
async function fetchAnswer(
  url: string,
  json: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: json,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT)]),
  });
  const { status } = response;
  const wait = retryAfter(response);
  if (wait !== undefined) {
    await response.body?.cancel();
    return { wait };
  }
  const body = await response.json();
  if (status === 200) {
    const isOutdated = body?.error === "VersionNotSupported";
    return isOutdated ? { pause: "outdated" } : { body };
  }
  // Each of our refusals says both.
  const isOurs = typeof body.error === "string" &&
    typeof body.message === "string";
  if (status >= 500 || !isOurs) throw new Error(`${status}`);
  return { pause: PAUSES[status] ?? "refused" };
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slept = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await unlessAborted(signal, slept).finally(() => clearTimeout(timer));
}

/** Resolves with `waiting`, and rejects as soon as the signal is aborted. */
function unlessAborted(
  signal: AbortSignal,
  waiting: Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    waiting.then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
}
