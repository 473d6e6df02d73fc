// Asks our server again and again until it has done something, or refused it.
import { retryAfter } from "../../../lib/replica/http/retry_after.ts";
import { chatServer } from "./chat_server.ts";

/** The server does not do it, for good; the message is for a person. */
export class AnswerRefused extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** In milliseconds: a piece on a slow phone. */
const ANSWER_TIMEOUT = 120_000;
/** Between two tries, in milliseconds, the first and the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

export type Asker = {
  userID: string;
  /** Ends it: then it rejects with an `AbortError`. */
  signal: AbortSignal;
  /** Is called with each request's end: whether there was no network for it. */
  onAnswer?: (isOffline: boolean) => void;
};

type Body = { type: string; body: string | Blob };

/**
 * The JSON of the server's answer, undefined for one without. Asks again while
 * there is none of our server's, or it asks to wait; and when somebody has to
 * sign in again first. Rejects with `AnswerRefused`.
 */
export async function askUntilAnswered(
  { userID, signal, onAnswer }: Asker,
  method: "POST" | "PUT",
  path: string,
  body?: Body,
  // deno-lint-ignore no-explicit-any -- the caller knows the contract's answer
): Promise<any> {
  for (let pause = FIRST_PAUSE;;) {
    const response = await fetch(path, {
      method,
      headers: {
        ...chatServer.headers(userID),
        ...body && { "content-type": body.type },
      },
      body: body?.body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT)]),
    }).catch(() => undefined);
    signal.throwIfAborted();
    onAnswer?.(response === undefined);
    if (response?.status === 204) return;
    const answer = await response?.json().catch(() => undefined);
    if (response?.ok && answer) return answer;
    const isOurs = typeof answer?.error === "string" &&
      typeof answer.message === "string";
    const isRefusal = isOurs && response!.status < 500 &&
      ![401, 429].includes(response!.status);
    if (isRefusal) throw new AnswerRefused(answer.error, answer.message);
    const wait = response && retryAfter(response);
    await untilWorthwhile(wait ?? pause * (1 + Math.random()) / 2, signal);
    pause = Math.min(LONGEST_PAUSE, 2 * pause);
  }
}

/** Resolves after so many milliseconds, or as soon as the network is back or the page is looked at; rejects once it is aborted. */
function untilWorthwhile(wait: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, wait);
    const options = { signal: over.signal };
    over.signal.onabort = () => clearTimeout(timer);
    addEventListener("online", () => resolve(), options);
    const onVisible = () => document.hidden || resolve();
    document.addEventListener("visibilitychange", onVisible, options);
    signal.addEventListener("abort", () => reject(signal.reason), options);
  }).finally(() => over.abort());
}
