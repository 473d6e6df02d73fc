// Turns every failure into its answer: the API's JSON, a form's refusal, the error page.
import { HttpError } from "fresh";
import { reasonOf, Refusal, type RefusalCode } from "../../chat/refusal.ts";
import { type Problem, SyncError } from "../../sync/mod.ts";
import { LimitReached } from "./rate_limits.ts";

/** An error answer; `message` is a sentence for a person. */
export const failure = (
  status: number,
  error: string,
  message: string,
  headers?: HeadersInit,
): Response => Response.json({ error, message }, { status, headers });

/** The answer to a banned address. A page of it costs no more than this. */
export function bannedAnswer({ url }: Request): Response {
  const message = "Requests from this address are not taken.";
  return new URL(url).pathname.startsWith("/api/")
    ? failure(403, "banned", message)
    : new Response(message, { status: 403 });
}

const REFUSAL_STATUS = {
  "bad-args": 400,
  "file-missing": 409,
  "full": 409,
  "incomplete": 409,
  "not-allowed": 403,
  "not-found": 404,
  "taken": 409,
  "too-large": 413,
  "wrong-hash": 400,
  "wrong-length": 400,
} as const satisfies Record<RefusalCode, number>;
const PROBLEM_STATUS = {
  "malformed": 400,
  "forbidden": 403,
  "unknown-space": 404,
  "outdated": 503,
  "unavailable": 503,
} as const satisfies Record<Problem, number>;
const HTTP_ERRORS: Record<number, [code: string, message: string]> = {
  400: ["bad-request", "The request cannot be read."],
  401: ["unauthorized", "Sign in first."],
  403: ["forbidden", "You may not do this."],
  404: ["not-found", "There is nothing here."],
  413: ["too-large", "The request is too large."],
  415: ["not-json", "Send application/json."],
};
const RETRY_AFTER = { "retry-after": "1" };

/** Logs an error unless it is one that we throw on purpose. */
export function logUnexpected(error: unknown): void {
  const isExpected = error instanceof Refusal || error instanceof SyncError ||
    error instanceof LimitReached ||
    (error instanceof HttpError && error.status < 500);
  if (!isExpected) console.error("A request failed", error);
}

/** An error as the error page can show it: with its status, and what may be said of it. */
export function pageError(error: unknown): unknown {
  if (error instanceof Refusal) {
    return new HttpError(REFUSAL_STATUS[error.code], reasonOf(error));
  }
  if (error instanceof LimitReached) {
    return new HttpError(error.status, error.message);
  }
  if (error instanceof SyncError) {
    return new HttpError(PROBLEM_STATUS[error.problem], error.message);
  }
  return error;
}

/** The API's answer to a request that threw. An unexpected error is logged, and nothing of it is told. */
export function answerTo(error: unknown): Response {
  logUnexpected(error);
  if (error instanceof Refusal) {
    return failure(REFUSAL_STATUS[error.code], error.code, error.message);
  }
  if (error instanceof LimitReached) {
    const code = error.status === 429 ? "too-many" : "unavailable";
    return failure(error.status, code, error.message, error.headers);
  }
  if (error instanceof SyncError) {
    const status = PROBLEM_STATUS[error.problem];
    const headers = status === 503 ? RETRY_AFTER : undefined;
    return failure(status, error.problem, error.message, headers);
  }
  if (error instanceof HttpError && HTTP_ERRORS[error.status]) {
    const [code, message] = HTTP_ERRORS[error.status];
    return failure(error.status, code, error.message || message);
  }
  return failure(500, "internal", "Something went wrong on the server.");
}

/** What a page says of a form that was refused, and how it is answered; throws on any other error. */
export function refusedForm(error: unknown): {
  refusal: string;
  init: { status: number; headers?: HeadersInit };
} {
  if (error instanceof Refusal) {
    return { refusal: reasonOf(error), init: { status: 400 } };
  }
  if (error instanceof LimitReached) {
    const { status, headers } = error;
    return { refusal: error.message, init: { status, headers } };
  }
  throw error;
}
