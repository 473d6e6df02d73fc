// What every request passes: no foreign site may change anything, and who is asking is looked up once.
import { HttpError } from "fresh";
import { answerTo, logUnforeseen } from "../lib/web/answers.ts";
import { userOf } from "../lib/web/session.ts";
import { define } from "../lib/web/state.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a request that changes something comes from our own pages. Without
 * `Origin` it may come from no browser at all, or from one that says where.
 */
function isOurs(req: Request, url: URL): boolean {
  const origin = req.headers.get("origin");
  if (origin !== null) return origin === url.origin;
  const site = req.headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none";
}

export default define.middleware(async (ctx) => {
  try {
    if (!SAFE.has(ctx.req.method) && !isOurs(ctx.req, ctx.url)) {
      throw new HttpError(403, "This came from another site.");
    }
    ctx.state.user = await userOf(ctx.state, ctx.req);
    return await ctx.next();
  } catch (error) {
    // Pages have `_error.tsx`, which logs nothing; all else is answered in JSON.
    const { pathname } = ctx.url;
    if (pathname.startsWith("/api/") || pathname === "/healthz") {
      return answerTo(error);
    }
    logUnforeseen(error);
    throw error;
  }
});
