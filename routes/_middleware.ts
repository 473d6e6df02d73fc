// Before every route: refuses changes from other sites, looks up the session, counts the request.
import { HttpError } from "fresh";
import type { User } from "../lib/chat/views.ts";
import { answerTo, logUnexpected, pageError } from "../lib/web/http/errors.ts";
import type { Limit } from "../lib/web/http/rate_limits.ts";
import { userOf } from "../lib/web/chat/profile.ts";
import { isSecure, originOf } from "../lib/web/http/origin.ts";
import { recallSession, sessionIn } from "../lib/web/auth/session.ts";
import { confirmSession } from "../lib/web/http/handlers.ts";
import { define } from "../lib/web/state.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a request that changes something comes from our own pages. Without
 * `Origin` it may come from no browser at all, or from one that says where.
 */
function isOurs(req: Request, own: string): boolean {
  const origin = req.headers.get("origin");
  if (origin !== null) return origin === own;
  const site = req.headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none";
}

/** Pushes, pulls and pokes: they have limits of their own, and need no name. */
const isSync = ({ pathname }: URL): boolean =>
  pathname.startsWith("/api/replicache/");

/** Its commit proves that the session has not ended, so that this need not be read first. */
const PUSH = "/api/replicache/push";

/** Files and their pieces, and people's pictures: there are many, of which each would have to wait for the name. */
const isFile = ({ pathname }: URL): boolean =>
  /^\/api\/(uploads|files|avatars)\b/.test(pathname);

/** The limits that a signed-in person's request counts for. */
function limitsOf({ method }: Request, url: URL): Limit[] {
  if (/^\/api\/(files|avatars)\//.test(url.pathname)) return ["file"];
  if (method === "PUT" && isFile(url)) return ["piece"];
  if (SAFE.has(method)) {
    return [url.pathname.startsWith("/api/") ? "read" : "page"];
  }
  if (isSync(url)) return []; // the routes count
  const inRoom = /^\/(api\/)?(rooms|invite)\//.test(url.pathname);
  return inRoom ? ["change", "membership"] : ["change"];
}

/**
 * Says whose page it is, for the service worker that keeps it, and keeps it out
 * of the browser's own cache, where it would outlive signing out. A page with a
 * secret says so itself.
 */
function ownedPage(answer: Response, user: User | null): Response {
  if (answer.headers.get("content-type")?.startsWith("text/html")) {
    answer.headers.set("page-owner", user?.userID ?? "nobody");
    if (!answer.headers.has("cache-control")) {
      answer.headers.set("cache-control", "no-store");
    }
  }
  return answer;
}

export default define.middleware(async (ctx) => {
  using held = ctx.state.memory.hold(ctx.state.address);
  ctx.state.held = held;
  const { pathname } = ctx.url;
  const isHealth = pathname === "/healthz";
  try {
    if (!SAFE.has(ctx.req.method) && !isOurs(ctx.req, originOf(ctx))) {
      throw new HttpError(403, "This came from another site.");
    }
    // Health is told to whoever asks, also while KV never answers.
    const recalled = pathname === PUSH && ctx.req.method === "POST"
      ? recallSession(ctx.state.sessions, ctx.req)
      : undefined;
    ctx.state.sessionProof = recalled?.proof;
    const found = isHealth ? null : recalled ??
      await sessionIn(ctx.state.sessions, ctx.req, isSecure(ctx));
    ctx.state.session = found?.session ?? null;
    ctx.state.user = found && !isSync(ctx.url) && !isFile(ctx.url)
      ? await userOf(ctx.state.sync, found.session.userID)
      : null;
    if (found) {
      for (const limit of limitsOf(ctx.req, ctx.url)) {
        await ctx.state.limits.count(limit, found.session.userID);
      }
    }
    const response = await ctx.next();
    // Not where the answer itself sets another, or ends it.
    if (found?.cookie && !response.headers.has("set-cookie")) {
      response.headers.set("set-cookie", found.cookie);
    }
    return ownedPage(response, ctx.state.user);
  } catch (thrown) {
    // Nothing is told in a session of which it is not known whether it has ended.
    const error = await confirmSession(ctx).then(
      () => thrown,
      (ended) => ended,
    );
    // Pages have `_error.tsx`, which logs nothing; all else is answered in JSON.
    if (pathname.startsWith("/api/") || isHealth) {
      return answerTo(error);
    }
    logUnexpected(error);
    throw pageError(error);
  }
});
