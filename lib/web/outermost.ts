// What stands around every answer, error pages too: the headers that keep a page to itself.
import { App, csp, type Middleware } from "fresh";
import { failure } from "./answers.ts";

const YEAR = 365 * 24 * 60 * 60; // seconds

/**
 * An app whose every answer has the security headers. Fresh renders error pages
 * outside of an app's own middlewares, so these are another app's, around it.
 */
export class Outermost<State> extends App<State> {
  override handler(): ReturnType<App<State>["handler"]> {
    const inner = super.handler();
    const outer = new App<State>({ trustProxy: this.config.trustProxy })
      .use(secured, csp({ useNonce: true, csp: ["base-uri 'none'"] }))
      .all("*", (ctx) => inner(ctx.req, ctx.info))
      .handler();
    return async (req, info) => {
      if (isDecodable(new URL(req.url).pathname)) return await outer(req, info);
      // Fresh rejects when a part of the path can't be decoded.
      return failure(
        400,
        "bad-request",
        "The address cannot be read.",
        HEADERS,
      );
    };
  }
}

const HEADERS = {
  "x-content-type-options": "nosniff",
  // Paths of ours can be secrets (sign-in links, invitations). Not
  // `no-referrer`: then a form's `Origin` is `null`, and it can't be told from
  // another site's.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

const secured: Middleware<unknown> = async (ctx) => {
  const response = await ctx.next();
  const { headers } = response;
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const isHTTPS = ctx.url.protocol === "https:";
  if (isHTTPS) headers.set("strict-transport-security", `max-age=${YEAR}`);
  const policy = headers.get("content-security-policy")!
    // Left where there was no page to render, so no nonce to put in its place.
    .replaceAll(" 'unsafe-inline'", "")
    // On plain http it would ask for scripts and styles where nobody listens.
    .replace(isHTTPS ? "" : "; upgrade-insecure-requests", "");
  headers.set("content-security-policy", policy);
  return response;
};

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
