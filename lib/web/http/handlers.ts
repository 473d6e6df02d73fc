// Builds route handlers: dispatches by method, and reads the user, session and space of a request.
import { type Context, HttpError, type PageResponse } from "fresh";
import { SyncError } from "../../sync/mod.ts";
import { sessionIn as lookUpSession } from "../auth/session.ts";
import type { State } from "../state.ts";
import { failure } from "./errors.ts";
import { isSecure } from "./origin.ts";

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
  const byMethod = new Map(Object.entries(handlers));
  const get = byMethod.get("GET");
  if (get) byMethod.set("HEAD", get);
  const allow = [...byMethod.keys()].join(", ");
  return (ctx) => {
    const handler = byMethod.get(ctx.req.method);
    if (handler) return handler(ctx);
    return failure(405, "method-not-allowed", `Use ${allow} here.`, { allow });
  };
}

const notSignedIn = () => new HttpError(401, "Sign in first.");

/** The request's user; throws a 401. */
export function userIn({ state }: Context<State>) {
  if (state.user) return state.user;
  throw notSignedIn();
}

/** The request's session; throws a 401. */
export function sessionIn({ state }: Context<State>) {
  if (state.session) return state.session;
  throw notSignedIn();
}

/**
 * The session of a request of Replicache's; throws a 401 without one, and for
 * another person's copy: on a device that two people share, a replica of the
 * one must not write in the name of the other.
 */
export function replicaSessionIn(ctx: Context<State>) {
  const session = sessionIn(ctx);
  // Replicache's `auth`; empty when a client has none.
  const owner = ctx.req.headers.get("authorization");
  if (!owner || owner === session.userID) return session;
  throw new HttpError(401, "This is another person's copy.");
}

/**
 * Looks up the request's session where that was taken from memory
 * (`sessionProof`); throws a 401 when it has ended.
 */
export async function confirmSession(ctx: Context<State>): Promise<void> {
  const { state, req } = ctx;
  if (!state.sessionProof) return;
  state.sessionProof = undefined;
  const found = await lookUpSession(state.sessions, req, isSecure(ctx));
  state.session = found?.session ?? null;
  sessionIn(ctx);
}

/** The space that a request names; throws a 400. */
export function spaceIn(url: URL): string {
  const space = url.searchParams.get("space");
  if (space) return space;
  throw new SyncError("malformed", "space: name the space in the query.");
}

/** Sends a visitor to the sign-in page, and then back to this one. */
export const toSignIn = (ctx: Context<State>): Response =>
  ctx.redirect(`/signin?next=${encodeURIComponent(ctx.url.pathname)}`, 303);
