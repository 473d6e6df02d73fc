// An app that refuses what no route is to see, sets the security headers on every answer, error pages included, and compresses it.
import { App, type Context, csp, type FreshConfig } from "fresh";
import { compressed } from "./compressed.ts";
import { isSecure } from "./origin.ts";
import { refusedByRequestLine } from "./request_line.ts";

export type Handler = ReturnType<App<unknown>["handler"]>;

const POLICY = "content-security-policy";
const POLICIES = [
  "base-uri 'none'",
  "img-src 'self' data: blob:", // pictures that are about to be sent
];
const YEAR = 365 * 24 * 60 * 60; // seconds

/**
 * An app whose every answer has the security headers. Fresh renders error pages
 * outside of an app's own middlewares, and some answers before them, so these
 * stand around its handler.
 */
export class SecureApp<State> extends App<State> {
  /**
   * `onServe` is called when the app is served, as a build has no settings: it
   * gives the setting `ORIGIN`, and what is to stand around the handler.
   */
  constructor(
    config: FreshConfig,
    private readonly onServe: () => {
      publicOrigin: string | undefined;
      around: (handler: Handler) => Handler;
    },
  ) {
    super(config);
  }

  override handler(): Handler {
    const inner = super.handler();
    const { config } = this;
    const { trustProxy } = config;
    const { publicOrigin, around } = this.onServe();
    const state = { publicOrigin };
    const policed = csp<State>({ useNonce: true, csp: POLICIES });
    /** Sets it on an answer, which is all that the middleware asks of a context. */
    const police = (answer: Response) =>
      policed({ next: () => Promise.resolve(answer) } as Context<State>);
    /** Of what is no page: one text for all that came by https, or did not. */
    const plain = new Map<boolean, string>();
    return around(async (req, info) => {
      const answer = refusedByRequestLine(req, { trustProxy, publicOrigin }) ??
        await inner(req, info);
      const { headers } = answer;
      const https = isSecure({ req, config, state });
      // A file has one of its own, which is less than a page gets.
      if (!headers.has(POLICY)) {
        const isPage = headers.get("content-type")?.startsWith("text/html");
        const known = isPage ? undefined : plain.get(https);
        if (!known) await police(answer);
        const policy = known ?? withoutRest(headers.get(POLICY)!, https);
        headers.set(POLICY, policy);
        if (!isPage) plain.set(https, policy);
      }
      secure(answer, https);
      // Others are short, or compressed by their route.
      return req.method === "GET" ? await compressed(req, answer) : answer;
    });
  }
}

const HEADERS = Object.entries({
  "x-content-type-options": "nosniff",
  // Paths of ours can be secrets (sign-in links, invitations). Not
  // `no-referrer`: then a form's `Origin` is `null`, and it can't be told from
  // another site's.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
});

function secure(response: Response, https: boolean): void {
  const { headers } = response;
  for (const [name, value] of HEADERS) headers.set(name, value);
  if (https) headers.set("strict-transport-security", `max-age=${YEAR}`);
  // Static files are answered by Fresh, which does not say so.
  if (response.status === 405 && !headers.has("allow")) {
    headers.set("allow", "GET, HEAD");
  }
  // An error page can't say so itself.
  const isLater = response.status === 429 || response.status === 503;
  if (isLater && !headers.has("retry-after")) headers.set("retry-after", "1");
}

/** A policy without what is of no use here. */
const withoutRest = (policy: string, https: boolean): string =>
  policy
    // It stays where no page was rendered, and so no nonce put in its place.
    .replaceAll(" 'unsafe-inline'", "")
    // On plain http it would ask for scripts and styles on a port that is closed.
    .replace(https ? "" : "; upgrade-insecure-requests", "");
