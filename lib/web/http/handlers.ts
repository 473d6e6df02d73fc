// How the API answers: bodies in, bodies out, and every failure turned into its answer in one place.
import { type Context, HttpError, type PageResponse } from "fresh";
import { Refusal, type RefusalCode } from "../../chat/refusal.ts";
import { type Problem, SyncError } from "../../sync/mod.ts";
import { LimitReached } from "./rate_limits.ts";
import type { State } from "../state.ts";

type Answer<Data> = Response | PageResponse<Data>;
/** Answers itself, or hands its page the data to show. */
type Handler<Data> = (
  ctx: Context<State>,
) => Answer<Data> | Promise<Answer<Data>>;

/**
 * One handler out of one per method. A method that is not among them is
 * answered 405: a build of Fresh would say 404. HEAD goes with GET.
 */
export function methods<Data>(
  handlers: Record<string, Handler<Data>>,
): Handler<Data> {
  const allowed = Object.keys(handlers);
  if (handlers.GET) allowed.push("HEAD");
  return (ctx) => {
    const { method } = ctx.req;
    const handler = handlers[method === "HEAD" ? "GET" : method];
    if (handler) return handler(ctx);
    const allow = allowed.join(", ");
    return failure(405, "method-not-allowed", `Use ${allow} here.`, { allow });
  };
}

/** An error answer; `message` is a sentence for a person. */
export const failure = (
  status: number,
  error: string,
  message: string,
  headers?: HeadersInit,
): Response => Response.json({ error, message }, { status, headers });

const REFUSALS: Record<RefusalCode, number> = {
  "bad-args": 400,
  "not-allowed": 403,
  "not-found": 404,
  "taken": 409,
};
const PROBLEMS = {
  "malformed": 400,
  "forbidden": 403,
  "unknown-space": 404,
  "unavailable": 503,
} as const satisfies Record<Problem, number>;
const NAMES: Record<number, [code: string, message: string]> = {
  400: ["bad-request", "The request cannot be read."],
  401: ["unauthorized", "Sign in first."],
  403: ["forbidden", "You may not do this."],
  404: ["not-found", "There is nothing here."],
  413: ["too-large", "The request is too large."],
  415: ["not-json", "Send application/json."],
};
const RETRY_AFTER = { "retry-after": "1" };

/** Puts an error in the log unless it is one that we throw on purpose. */
export function logUnforeseen(error: unknown): void {
  const foreseen = error instanceof Refusal || error instanceof SyncError ||
    error instanceof LimitReached ||
    (error instanceof HttpError && error.status < 500);
  if (!foreseen) console.error("A request failed", error);
}

/** What a page's failure is to the error page: the status it has, and what may be said of it. */
export function pageError(error: unknown): unknown {
  if (error instanceof LimitReached) {
    return new HttpError(error.status, error.message);
  }
  if (error instanceof SyncError) {
    return new HttpError(PROBLEMS[error.problem], error.message);
  }
  return error;
}

/** The answer to a request that threw. What was not foreseen is logged and says nothing of itself. */
export function answerTo(error: unknown): Response {
  logUnforeseen(error);
  if (error instanceof Refusal) {
    return failure(REFUSALS[error.code], error.code, error.message);
  }
  if (error instanceof LimitReached) {
    const code = error.status === 429 ? "too-many" : "unavailable";
    return failure(error.status, code, error.message, error.headers);
  }
  if (error instanceof SyncError) {
    const status = PROBLEMS[error.problem];
    const headers = status === 503 ? RETRY_AFTER : undefined;
    return failure(status, error.problem, error.message, headers);
  }
  if (error instanceof HttpError && NAMES[error.status]) {
    const [code, message] = NAMES[error.status];
    return failure(error.status, code, error.message || message);
  }
  return failure(500, "internal", "Something went wrong on the server.");
}

/** The request's user; throws a 401. */
export function userIn({ state }: Context<State>) {
  if (state.user) return state.user;
  throw new HttpError(401, "Sign in first.");
}

/** The request's session; throws a 401. */
export function sessionOf({ state }: Context<State>) {
  if (state.session) return state.session;
  throw new HttpError(401, "Sign in first.");
}

/** The space that a request names; throws a 400. */
export function spaceIn(url: URL): string {
  const space = url.searchParams.get("space");
  if (space) return space;
  throw new SyncError("malformed", "space: name the space in the query.");
}

/** Sends who is not signed in to do that first, and then back to this page. */
export const toSignIn = (ctx: Context<State>): Response =>
  ctx.redirect(`/signin?next=${encodeURIComponent(ctx.url.pathname)}`, 303);
