// An app that refuses what no route is to see, sets the security headers on every answer, error pages included, and compresses it.
import { App, type Context, csp, type FreshConfig } from "fresh";
import { compressed } from "./compressed.ts";
import { isSecure } from "./origin.ts";
import { refusedByRequestLine } from "./request_line.ts";

export type Handler = ReturnType<App<unknown>["handler"]>;

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
    const policed = csp<State>({ useNonce: true, csp: ["base-uri 'none'"] });
    return around(async (req, info) => {
      // All that this middleware asks of a context is what comes next.
      const next = async () =>
        refusedByRequestLine(req, { trustProxy, ...state }) ??
          await inner(req, info);
      const response = await policed({ next } as Context<State>);
      const answer = secured(response, isSecure({ req, config, state }));
      // Others are short, or compressed by their route.
      return req.method === "GET" ? await compressed(req, answer) : answer;
    });
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

function secured(response: Response, https: boolean): Response {
  const { headers } = response;
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  if (https) headers.set("strict-transport-security", `max-age=${YEAR}`);
  // Static files are answered by Fresh, which does not say so.
  if (response.status === 405 && !headers.has("allow")) {
    headers.set("allow", "GET, HEAD");
  }
  // An error page can't say so itself.
  const isLater = response.status === 429 || response.status === 503;
  if (isLater && !headers.has("retry-after")) headers.set("retry-after", "1");
  const policy = headers.get("content-security-policy")!
    // It stays where no page was rendered, and so no nonce put in its place.
    .replaceAll(" 'unsafe-inline'", "")
    // On plain http it would ask for scripts and styles on a port that is closed.
    .replace(https ? "" : "; upgrade-insecure-requests", "");
  headers.set("content-security-policy", policy);
  return response;
}
