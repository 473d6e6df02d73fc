// The app's origin as browsers see it: the setting, or from the forwarded headers of a trusted proxy, else from the request.
import type { Context } from "fresh";
import type { Services } from "../state.ts";

/** A request, and what is known of where the app stands. */
type Asked = Pick<Context<unknown>, "req" | "config"> & {
  state: Pick<Services, "publicOrigin">;
};

/**
 * The origin by which browsers know us. Fresh's own `url.host = …` keeps our
 * port where a proxy's `X-Forwarded-Host` names none.
 */
export function originOf(asked: Asked & { url: URL }): string {
  const { req, url, config, state } = asked;
  if (state.publicOrigin) return state.publicOrigin;
  const host = config.trustProxy && first(req, "x-forwarded-host");
  if (!host) return url.origin;
  const there = `${isSecure(asked) ? "https" : "http"}://${host}`;
  return URL.canParse(there) ? new URL(there).origin : url.origin;
}

/** Whether the browser speaks https, if only to the proxy. */
export function isSecure({ req, config, state }: Asked): boolean {
  if (state.publicOrigin) return state.publicOrigin.startsWith("https:");
  const protocol = config.trustProxy && first(req, "x-forwarded-proto");
  return protocol ? protocol === "https" : req.url.startsWith("https:");
}

/**
 * The host that a browser asked for, by the protocol of `publicOrigin`, whose
 * own port goes without saying; undefined when it is none.
 */
export function hostOf(
  req: Request,
  trustProxy: boolean,
  publicOrigin: string,
): string | undefined {
  const [protocol] = publicOrigin.split("//");
  const [, , sent] = req.url.split("/");
  const host = trustProxy && first(req, "x-forwarded-host") || sent;
  return URL.parse(`${protocol}//${host}`)?.host;
}

/** Of a row of proxies each adds its own; the first is what the browser asked. */
const first = ({ headers }: Request, name: string) =>
  headers.get(name)?.split(",")[0].trim();
