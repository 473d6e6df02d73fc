// The app's origin as browsers see it: from the forwarded headers of a trusted proxy, else from the request.
import type { Context } from "fresh";

type ForwardedRequest = Pick<Context<unknown>, "req" | "url" | "config">;

/**
 * The origin by which browsers know us. Fresh's own `url.host = …` keeps our
 * port where a proxy's `X-Forwarded-Host` names none.
 */
export function originOf(asked: ForwardedRequest): string {
  const { req, url, config } = asked;
  const host = config.trustProxy && first(req, "x-forwarded-host");
  if (!host) return url.origin;
  const there = `${isSecure(asked) ? "https" : "http"}://${host}`;
  return URL.canParse(there) ? new URL(there).origin : url.origin;
}

/** Whether the browser speaks https, if only to the proxy. */
export function isSecure(
  { req, config }: Pick<ForwardedRequest, "req" | "config">,
): boolean {
  const protocol = config.trustProxy && first(req, "x-forwarded-proto");
  return protocol ? protocol === "https" : req.url.startsWith("https:");
}

/** Of a row of proxies each adds its own; the first is what the browser asked. */
const first = ({ headers }: Request, name: string) =>
  headers.get(name)?.split(",")[0].trim();
