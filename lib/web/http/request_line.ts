// Checks the first lines of a request, its method, path and host, before any middleware or route looks at them.
import { failure } from "./errors.ts";
import { hostOf } from "./origin.ts";

const METHODS = new Set([
  ...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
]);

/** A host name or address with or without a port, as in the header `Host`. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Paths that are spelt in one way only: without percent signs, which none of
 * ours needs, empty parts, and parts that lead elsewhere.
 */
const CANONICAL_PATH = /^\/(?:(?!\.\.?(?:\/|$))[\w.~-]+(?:\/(?!$)|$))*$/;

/** The path and the query as they were sent: a `URL` would have made another path of some. */
const TARGET = /^https?:\/\/[^/?#]*([^?]*)(.*)$/is;

/** A path as it was sent; undefined when it is not in its one canonical spelling. */
export function canonicalPathOf({ url }: { url: string }): string | undefined {
  const [, path] = url.match(TARGET) ?? [];
  return path !== undefined && CANONICAL_PATH.test(path) ? path : undefined;
}

/**
 * The answer to a request that no route is to see; undefined for all others.
 * `trustProxy` and `publicOrigin` are the settings `TRUST_PROXY` and `ORIGIN`.
 */
export function refusedByRequestLine(
  req: Request,
  settings: { trustProxy: boolean; publicOrigin: string | undefined },
): Response | undefined {
  const { method, url, headers } = req;
  const [, sent = "", query = ""] = url.match(TARGET) ?? [];
  const refuse = (status: number, code: string, message: string) =>
    sent.startsWith("/api/")
      ? failure(status, code, message)
      : new Response(message, { status });

  const host = headers.get("host");
  if ((host && !HOST.test(host)) || !URL.canParse(url)) {
    return refuse(400, "bad-request", "Host: this is no host.");
  }
  if (!METHODS.has(method)) {
    return refuse(501, "not-implemented", "There is no such method here.");
  }
  const path = canonicalPathOf(req);
  if (path === undefined) {
    // What a person may well type. It leads to no other host, having one slash.
    const bare = sent.replace(/\/$/, "");
    const isPage = (method === "GET" || method === "HEAD") &&
      !sent.startsWith("/api/") && CANONICAL_PATH.test(bare);
    const location = bare + query;
    return isPage
      ? new Response(null, { status: 308, headers: { location } })
      : refuse(404, "not-found", "There is nothing here.");
  }
  const { publicOrigin } = settings;
  const isElsewhere = publicOrigin !== undefined &&
    hostOf(req, settings.trustProxy, publicOrigin) !==
      new URL(publicOrigin).host;
  if (isElsewhere && path !== "/healthz") {
    return refuse(421, "misdirected", "This server is at another address.");
  }
}
